//! TLS: whose certificates are believed, and how a refusal reads.

use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, InvalidMessage, RootCertStore, SignatureScheme,
};
use tokio_rustls::TlsConnector;

use crate::{files, python};

/// Whose certificates are believed.
#[derive(Debug)]
pub(super) enum Trust {
    /// The authorities that the system believes.
    System,
    /// The authorities in a PEM file.
    Bundle(PathBuf),
    /// The authorities in a file whose name is empty: nobody.
    Nameless,
    /// Everybody: nothing is checked.
    Anyone,
}

impl Trust {
    /// Reads the authorities.
    ///
    /// # Errors
    /// The text of what is wrong with the bundle.
    pub(super) fn connector(&self) -> Result<TlsConnector, String> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier: Arc<dyn ServerCertVerifier> = match self {
            Self::System => {
                let loaded = rustls_native_certs::load_native_certs();
                checked(loaded.certs, &provider)?
            }
            Self::Bundle(path) => checked(bundle(path)?, &provider)?,
            Self::Nameless => checked(Vec::new(), &provider)?,
            Self::Anyone => Arc::new(Unchecked(Arc::clone(&provider))),
        };
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsConnector::from(Arc::new(config)))
    }
}

/// The certificates of a PEM file. The texts are those of the reference's TLS library.
fn bundle(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let text = files::read(path).map_err(|error| python::os_error(&error))?;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&text).filter_map(Result::ok).collect();
    if certificates.is_empty() {
        return Err("[X509: NO_CERTIFICATE_OR_CRL_FOUND] no certificate or crl found (_ssl.c:4419)".to_owned());
    }
    Ok(certificates)
}

fn checked(
    authorities: Vec<CertificateDer<'static>>,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(authorities.iter().cloned());
    if roots.is_empty() {
        return Err(unverified("unable to get local issuer certificate"));
    }
    let chains = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
        .build()
        .map_err(|error| error.to_string())?;
    Ok(chains)
}

/// Believes everybody, as `--no-verify-ssl` says.
#[derive(Debug)]
struct Unchecked(Arc<CryptoProvider>);

impl ServerCertVerifier for Unchecked {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

pub(super) fn server_name(host: &str) -> Result<ServerName<'static>, String> {
    ServerName::try_from(host.to_owned()).map_err(|_| format!("invalid server name '{host}'"))
}

/// Whether the other side went away in the middle of the handshake.
pub(super) fn was_cut(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::ConnectionReset
}

/// Why a handshake failed, in the words of the reference's TLS library.
pub(super) fn reason(error: &io::Error, host: &str) -> String {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        return "[SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred in violation of protocol (_ssl.c:1082)".to_owned();
    }
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(Error::InvalidCertificate(certificate)) => refusal(certificate, host),
        Some(Error::InvalidMessage(InvalidMessage::InvalidContentType)) => {
            "[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1082)".to_owned()
        }
        Some(other) => other.to_string(),
        None => error.to_string(),
    }
}

fn refusal(error: &CertificateError, host: &str) -> String {
    use CertificateError as Refused;
    if matches!(error, Refused::UnknownIssuer) {
        unverified("unable to get local issuer certificate")
    } else if matches!(error, Refused::Expired | Refused::ExpiredContext { .. }) {
        unverified("certificate has expired")
    } else if matches!(error, Refused::NotValidYet | Refused::NotValidYetContext { .. }) {
        unverified("certificate is not yet valid")
    } else if matches!(error, Refused::NotValidForName | Refused::NotValidForNameContext { .. }) {
        let kind = if host.parse::<IpAddr>().is_ok() { "IP address" } else { "Hostname" };
        unverified(&format!("{kind} mismatch, certificate is not valid for '{host}'"))
    } else {
        unverified(&error.to_string())
    }
}

fn unverified(why: &str) -> String {
    format!("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {why} (_ssl.c:1082)")
}
