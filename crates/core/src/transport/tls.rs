//! Our own TLS configuration: one provider chosen by feature, never a process-wide one.
//!
//! Precedence where a build turns on several: ring, then aws-lc, then native-tls.

use std::fmt;

use crate::error::Error;

/// A certificate to trust beside the system's, in PEM: for a private vendor host or a test server.
#[derive(Clone)]
pub struct RootCertificate(pub(crate) Vec<u8>);

impl RootCertificate {
    /// Takes one or several certificates in PEM. They are read when the client is built.
    pub fn from_pem(pem: impl Into<Vec<u8>>) -> Self {
        Self(pem.into())
    }
}

impl fmt::Debug for RootCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RootCertificate({} bytes)", self.0.len())
    }
}

/// Sets TLS up. A loopback host trusts nothing but `roots`, so that no system store is needed for it.
#[cfg(feature = "__rustls")]
pub(super) fn configure(
    builder: reqwest::ClientBuilder,
    loopback: bool,
    roots: &[RootCertificate],
) -> Result<reqwest::ClientBuilder, Error> {
    use std::sync::Arc;

    use rustls::{
        ClientConfig, RootCertStore,
        pki_types::{CertificateDer, pem::PemObject},
    };

    #[cfg(feature = "rustls-ring")]
    let provider = rustls::crypto::ring::default_provider();
    #[cfg(all(feature = "rustls-aws-lc", not(feature = "rustls-ring")))]
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let provider = Arc::new(provider);

    let mut extra = Vec::new();
    for root in roots {
        for certificate in CertificateDer::pem_slice_iter(&root.0) {
            extra.push(certificate.map_err(|_| unusable("it is not PEM"))?);
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::configuration(format!("TLS cannot be set up: {error}")))?;
    let mut config = if loopback {
        let mut store = RootCertStore::empty();
        for certificate in extra {
            store.add(certificate).map_err(unusable)?;
        }
        config.with_root_certificates(store).with_no_client_auth()
    } else {
        let verifier =
            rustls_platform_verifier::Verifier::new_with_extra_roots(extra, provider).map_err(|error| {
                Error::configuration(format!("the system's certificates cannot be read: {error}"))
            })?;
        // "Dangerous" is rustls' word for any verifier that is not its own; this one is the platform's.
        config.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth()
    };
    config.alpn_protocols = if cfg!(feature = "http2") {
        vec![b"h2".to_vec(), b"http/1.1".to_vec()]
    } else {
        vec![b"http/1.1".to_vec()]
    };
    Ok(builder.tls_backend_preconfigured(config))
}

/// Sets TLS up by the platform's own library.
#[cfg(all(feature = "native-tls", not(feature = "__rustls")))]
pub(super) fn configure(
    builder: reqwest::ClientBuilder,
    loopback: bool,
    roots: &[RootCertificate],
) -> Result<reqwest::ClientBuilder, Error> {
    let mut certificates = Vec::new();
    for root in roots {
        certificates
            .extend(reqwest::Certificate::from_pem_bundle(&root.0).map_err(|_| unusable("it is not PEM"))?);
    }
    let builder = builder.tls_backend_native();
    Ok(if loopback { builder.tls_certs_only(certificates) } else { builder.tls_certs_merge(certificates) })
}

/// Without any TLS feature only plain HTTP to loopback is left.
#[cfg(not(any(feature = "native-tls", feature = "__rustls")))]
pub(super) fn configure(
    builder: reqwest::ClientBuilder,
    _loopback: bool,
    roots: &[RootCertificate],
) -> Result<reqwest::ClientBuilder, Error> {
    if roots.is_empty() { Ok(builder) } else { Err(unusable("no TLS feature is turned on")) }
}

#[cfg_attr(not(any(feature = "native-tls", feature = "__rustls")), allow(dead_code))]
fn unusable(why: impl fmt::Display) -> Error {
    Error::configuration(format!("a root certificate cannot be used: {why}"))
}
