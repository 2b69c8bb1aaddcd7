// Package proof is what a stranger needs in order to believe what an installation says happened: the form of a sealed line of the journal, of the
// signed checkpoint of the log that holds it, of a witness's cosignature, and of the bundle that carries them; and the check of such a bundle
// without a database, a network, or trust in whoever made it.
//
// A line of the journal (Entry) is sealed as a leaf of an RFC 6962 Merkle tree: SHA-256 over its canonical bytes. The words of the line (its title,
// its sentence, its data) stand in them as a commitment only, HMAC-SHA256 under a salt of the line: a recall may take words and salt out of the
// records, and the leaf still proves who did what when, but tells nobody what was said.
//
// A checkpoint is a signed note of four lines, origin, size, root and time (C2SP tlog-checkpoint with one extension line), signed with Ed25519. A witness signs it once more with its
// own key and the time at which it saw it (C2SP cosignature/v1), only when the log extends what the witness saw before.
//
// A Bundle is one JSON document. Its reader is strict: known fields only, nothing behind the end, bounded in bytes and in number. Verify judges it and
// answers with sentences and one of three outcomes: Holds, Broken, Incomplete (nothing speaks against it, but something could not be judged; a bundle
// whose log key the reader has not from elsewhere is never more than that).
//
// Sources: reliability §5, T06, T31; RFC 6962; github.com/C2SP/C2SP tlog-checkpoint, tlog-cosignature.
package proof
