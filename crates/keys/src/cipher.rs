//! AES-256-GCM over small secrets.
//!
//! A sealed secret is one byte format version (1), 12 bytes of random nonce, the ciphertext, 16 bytes of tag. Nonces are
//! random because every key here seals far fewer than 2^32 secrets (NIST SP 800-38D, 8.3).

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, MAX_TAG_LEN, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::rand;
use zeroize::Zeroizing;

const VERSION: u8 = 1;

/// An opened key. The library wipes it when it goes.
pub(crate) struct Cipher(LessSafeKey);

impl std::fmt::Debug for Cipher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cipher")
    }
}

impl Cipher {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).expect("the key is 32 bytes long")))
    }

    /// Seals the secret together with what it belongs to.
    pub(crate) fn seal(&self, belongs_to: &[u8], secret: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_LEN] = *random();
        // The whole room at once, so that no copy of the plain text stays behind in memory given up.
        let mut sealed = Vec::with_capacity(1 + NONCE_LEN + secret.len() + MAX_TAG_LEN);
        sealed.push(VERSION);
        sealed.extend(nonce);
        sealed.extend(secret);
        let tag = self
            .0
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(belongs_to),
                &mut sealed[1 + NONCE_LEN..],
            )
            .expect("a secret is far shorter than the cipher's limit");
        sealed.extend(tag.as_ref());
        sealed
    }

    /// The secret; `None` when the bytes were changed, or sealed under another key or for something else.
    pub(crate) fn open(&self, belongs_to: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (&VERSION, sealed) = sealed.split_first()? else { return None };
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut secret = Zeroizing::new(sealed.to_vec());
        let len =
            self.0.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(belongs_to), &mut secret).ok()?.len();
        secret.truncate(len);
        Some(secret)
    }

    /// Like [`Self::open`], for a secret that is a key.
    pub(crate) fn open_key(&self, belongs_to: &[u8], sealed: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
        let secret = self.open(belongs_to, sealed)?;
        <[u8; 32]>::try_from(secret.as_slice()).ok().map(Zeroizing::new)
    }
}

/// Bytes from the system's random number generator.
pub(crate) fn random<const N: usize>() -> Zeroizing<[u8; N]> {
    let mut bytes = Zeroizing::new([0; N]);
    rand::fill(bytes.as_mut()).expect("the system has randomness once it runs");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_for_its_owner_only() {
        let cipher = Cipher::new(&[1; 32]);
        let sealed = cipher.seal(b"owner", b"secret");
        assert_eq!(cipher.open(b"owner", &sealed).unwrap().as_slice(), b"secret");
        assert!(cipher.open(b"other", &sealed).is_none());
        assert!(Cipher::new(&[2; 32]).open(b"owner", &sealed).is_none());
    }

    #[test]
    fn any_change_of_a_sealed_secret_is_noticed() {
        let cipher = Cipher::new(&[1; 32]);
        let sealed = cipher.seal(b"owner", b"secret");
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert!(cipher.open(b"owner", &changed).is_none(), "byte {place}");
            assert!(cipher.open(b"owner", &sealed[..place]).is_none(), "cut at {place}");
        }
        assert!(cipher.open(b"owner", &[sealed.as_slice(), b"x"].concat()).is_none());
    }

    #[test]
    fn sealing_twice_gives_different_bytes() {
        let cipher = Cipher::new(&[1; 32]);
        assert_ne!(cipher.seal(b"", b"secret"), cipher.seal(b"", b"secret"));
    }
}
