// Package xmldsig signs and checks XML messages as whole documents (W3C XML Signature, one strict profile).
//
// The profile: exactly one ds:Signature, at the place the caller names; exactly one Reference, to the whole document (URI="");
// only the enveloped-signature transform and then Canonical XML 1.0, exclusive or inclusive, without comments; RSA or
// ECDSA with SHA-256 and up. SHA-1 is read and marked weak, as older gateways use it. What wrapping attacks need, references by Id, several
// references, moved signatures, is refused. After Verify only Result.Signed may be read: the canonical bytes that were signed.
//
// The reader is its own: UTF-8, no DTD, no entities but the five, no processing instructions, nesting 100, attributes 64 kB, names
// 1 kB, a million elements. A message of 40 MB is signed without a tree of it in memory.
//
// It does not decide whether the signer is trusted (package keys) and, for foreign messages, does not block (domain/exchange.md X8.4).
package xmldsig
