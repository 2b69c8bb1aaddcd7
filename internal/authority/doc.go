// Package authority speaks with those who vouch: time-stamp authorities (RFC 3161) and certification authorities (OCSP, RFC 6960;
// revocation lists, RFC 5280). Client implements pades.Stamper and pades.Witness; Simulator is the other side of a test
// authority, with every fault a real one was seen to have.
//
// Nothing an authority says is handed on unexamined: a token is asked with nonce and certificates and checked for imprint, nonce, usage,
// chain, strength and clock (S6.4); an answer about a certificate must be signed by its issuer or by a responder certified for it, be in
// force, and be made after the time stamp it is to support (S6.6). "Unknown" is not "good".
//
// Addresses come out of certificates that chain to a believed anchor, never out of a stranger's. Only http and https, no
// redirects; calls are bounded in number, time and size. Nothing here touches a database: callers hold no transaction meanwhile.
package authority
