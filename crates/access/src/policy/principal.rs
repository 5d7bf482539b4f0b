//! Who asks, and whom a resource policy means.

/// An identity of an account: a user, or the account's root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The full name, for example `arn:aws:iam::123456789012:user/ann`.
    pub arn: String,
    /// The account, twelve digits.
    pub account: String,
    /// The unique id, for example `AIDA…`; the policy variable `aws:userid`.
    pub user_id: String,
    /// The name of the user; `None` for the account's root, which has none.
    pub username: Option<String>,
}

/// The one who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrincipalId<'a> {
    /// An identity whose signature was proven.
    Identity(&'a Principal),
    /// A service, for example `us-east-1.elasticache-snapshot.amazonaws.com`.
    Service(&'a str),
    /// A canonical user id, as access control lists name an account.
    Canonical(&'a str),
}

impl<'a> PrincipalId<'a> {
    /// The values of a condition key that describes the caller; `None` when the key is not one of these. Such a key
    /// cannot be set through the context. `key` is in lower case.
    pub(super) fn values(self, key: &str) -> Option<Vec<&'a str>> {
        let identity = match self {
            Self::Identity(principal) => Some(principal),
            Self::Service(_) | Self::Canonical(_) => None,
        };
        let service = match self {
            Self::Service(name) => Some(name),
            Self::Identity(_) | Self::Canonical(_) => None,
        };
        let value = match key {
            "aws:username" => identity.and_then(|principal| principal.username.as_deref()),
            "aws:userid" => identity.map(|principal| principal.user_id.as_str()),
            "aws:principalarn" => identity.map(|principal| principal.arn.as_str()),
            "aws:principalaccount" => identity.map(|principal| principal.account.as_str()),
            "aws:principaltype" => {
                identity.map(|principal| if principal.username.is_some() { "User" } else { "Account" })
            }
            "aws:principalisawsservice" => Some(if service.is_some() { "true" } else { "false" }),
            "aws:principalservicename" => service,
            _ => return None,
        };
        Some(value.into_iter().collect())
    }
}

/// Whom a statement of a resource policy means.
#[derive(Debug)]
pub(super) enum Grantee {
    Everyone,
    /// A whole account: `123456789012` or `arn:aws:iam::123456789012:root`.
    Account(String),
    Arn(String),
    Service(String),
    Canonical(String),
}

/// How directly a statement means a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    None,
    /// Its account is meant. Within the owner's account an Allow of this kind only lets identity policies decide.
    Account,
    Itself,
}

impl Grantee {
    /// Reads one value below `kind`, a key of the `Principal` element.
    pub(super) fn parse(kind: &str, value: &str) -> Result<Self, String> {
        if kind == "AWS" {
            return Self::parse_aws(value);
        }
        if value.is_empty() || value.contains(['*', '?']) {
            return Err(format!("Principal {kind} must name one principal, not '{value}'"));
        }
        match kind {
            "Service" => Ok(Self::Service(value.to_owned())),
            "CanonicalUser" => Ok(Self::Canonical(value.to_owned())),
            _ => Err(format!("Principal {kind} is not supported")),
        }
    }

    fn parse_aws(value: &str) -> Result<Self, String> {
        if value == "*" {
            return Ok(Self::Everyone);
        }
        if is_account(value) {
            return Ok(Self::Account(value.to_owned()));
        }
        let parts: Vec<&str> = value.splitn(6, ':').collect();
        match parts[..] {
            ["arn", _, "iam", "", account, "root"] if is_account(account) => Ok(Self::Account(account.to_owned())),
            ["arn", _, "iam" | "sts", "", account, name] if is_account(account) && !name.contains(['*', '?']) => {
                Ok(Self::Arn(value.to_owned()))
            }
            _ => Err(format!("Principal AWS must be an account, an IAM ARN without wildcards or '*', not '{value}'")),
        }
    }

    pub(super) fn reach(&self, who: PrincipalId<'_>) -> Reach {
        match (self, who) {
            (Self::Everyone, _) => Reach::Itself,
            (Self::Account(account), PrincipalId::Identity(principal)) if *account == principal.account => {
                if principal.username.is_some() { Reach::Account } else { Reach::Itself }
            }
            (Self::Arn(arn), PrincipalId::Identity(principal)) => Reach::itself_if(*arn == principal.arn),
            (Self::Service(name), PrincipalId::Service(caller)) => Reach::itself_if(name == caller),
            (Self::Canonical(id), PrincipalId::Canonical(caller)) => Reach::itself_if(id == caller),
            (Self::Account(_) | Self::Arn(_) | Self::Service(_) | Self::Canonical(_), _) => Reach::None,
        }
    }
}

impl Reach {
    fn itself_if(same: bool) -> Self {
        if same { Self::Itself } else { Self::None }
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}
