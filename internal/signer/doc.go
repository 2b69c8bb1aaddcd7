// Package signer lets keys that live on hardware (PKCS#11) sign beside those of the server's own store.
//
// The key, its PIN and the vendor's library stay in a process of their own, congvu signer: a library that crashes ends that process
// and not the server. Guard is its side of a Unix socket, Ring the server's: a further ring of package keys whose crypto.Signers
// ask over the socket. A message is a length and a few bytes; it never carries a PIN or a key, only digests, signatures and certificates.
//
// Guard writes one line of a Log for each signature before it hands the signature out, each line bound to the one before, so that
// the count can be compared with the device's own (domain/signing.md S10). Ring believes no signature that the certificate does not confirm.
//
// The part that loads the vendor's library is built with the tag pkcs11 only (Linux, amd64 and arm64; no cgo). Other builds refuse with ErrNotBuilt.
package signer
