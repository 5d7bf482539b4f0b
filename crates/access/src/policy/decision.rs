//! From statements that apply to one decision.

use super::ask::Ask;
use super::document::{Policy, ResourcePolicy};
use super::principal::{PrincipalId, Reach};
use super::statement::Effect;

/// The answer to an ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Decision {
    /// Some statement allows it and none denies it.
    Allow,
    /// Some statement denies it; nothing can change that.
    ExplicitDeny,
    /// No statement speaks about it.
    ImplicitDeny,
}

/// Decides by the policies of an identity, all of them together.
pub fn evaluate<'p>(policies: impl IntoIterator<Item = &'p Policy>, ask: &Ask<'_>) -> Decision {
    let statements = policies.into_iter().flat_map(|policy| &policy.statements);
    decide(statements.filter(|statement| statement.applies(ask)).map(|statement| statement.effect))
}

/// Decides by a resource's policy alone.
///
/// An Allow for the owner's own account leaves its users to their identity policies, as *Principal* in the IAM User
/// Guide says; an Allow for another account reaches every principal of it.
pub fn evaluate_resource(policy: &ResourcePolicy, ask: &Ask<'_>) -> Decision {
    let own = matches!(ask.principal, PrincipalId::Identity(principal) if principal.account == policy.owner_account);
    let reaches = |effect, reach| match reach {
        Reach::None => false,
        Reach::Account => effect == Effect::Deny || !own,
        Reach::Itself => true,
    };
    let applying = policy.statements.iter().filter(|(grantees, statement)| {
        grantees.iter().any(|grantee| reaches(statement.effect, grantee.reach(ask.principal))) && statement.applies(ask)
    });
    decide(applying.map(|(_, statement)| statement.effect))
}

fn decide(effects: impl Iterator<Item = Effect>) -> Decision {
    let mut decision = Decision::ImplicitDeny;
    for effect in effects {
        match effect {
            Effect::Deny => return Decision::ExplicitDeny,
            Effect::Allow => decision = Decision::Allow,
        }
    }
    decision
}

/// Joins the decision of the identity's policies with that of the resource's policy: within one account either may allow,
/// across accounts both must, and any explicit Deny wins.
pub fn combine(identity: Decision, resource: Decision, same_account: bool) -> Decision {
    use Decision::{Allow, ExplicitDeny, ImplicitDeny};
    match (identity, resource) {
        (ExplicitDeny, _) | (_, ExplicitDeny) => ExplicitDeny,
        (Allow, Allow) => Allow,
        (Allow, ImplicitDeny) | (ImplicitDeny, Allow) if same_account => Allow,
        (Allow | ImplicitDeny, Allow | ImplicitDeny) => ImplicitDeny,
    }
}

/// The public text of a denial by identity policies (spec `P8`, `P9`); `None` when nothing is denied.
#[must_use]
pub fn denial_text(decision: Decision, principal_arn: &str, action: &str, resource: &str) -> Option<String> {
    let reason = match decision {
        Decision::Allow => return None,
        Decision::ExplicitDeny => "with an explicit deny in an identity-based policy".to_owned(),
        Decision::ImplicitDeny => format!("because no identity-based policy allows the {action} action"),
    };
    Some(format!("User: {principal_arn} is not authorized to perform: {action} on resource: {resource} {reason}"))
}
