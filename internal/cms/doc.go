// Package cms builds, reads and checks the signature container of official documents: CAdES-BES SignedData
// (RFC 5652, ETSI EN 319 122-1) detached from its content, as PAdES needs it, and RFC 3161 time-stamp tokens.
//
// It writes strict DER without a signing-time attribute (ETSI EN 319 142-1 forbids it in PAdES) and with ESS
// signing-certificate-v2. The key may sit elsewhere: Prepare gives the bytes to sign, Pending.Finish takes the raw
// signature and refuses one that the certificate does not confirm.
//
// It reads what common producers write, BER included, within limits: 8 MB, nesting 24, 64 certificates, 100 attributes.
// It never repairs: the signed attributes are hashed as they came, and what it cannot judge it refuses.
//
// It does not decide trust: which root is believed, for what and when, is data of the caller (package keys).
// It keeps no files and asks no network: a time-stamp request is bytes to post, its answer bytes to check.
package cms
