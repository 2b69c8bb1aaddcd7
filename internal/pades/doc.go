// Package pades signs PDF documents and judges the signatures of received ones (ETSI EN 319 142-1, ISO 32000-1 clause 12.8).
//
// Sign, or Prepare and Embed when the key sits elsewhere, appends one signature: ETSI.CAdES.detached, SHA-256, /M, an incremental
// update that leaves every earlier byte alone and keeps PDF/A-2 valid. FillFields writes number and date into the fields that
// the first signer prepared and allowed (NĐ 30/2020 puts the number after the signature; S3.2). Encrypted, broken and
// P=1-certified files are refused.
//
// StampSignature puts an RFC 3161 token into the newest signature (B-T). Extend appends the evidence about every chain and a document time
// stamp (B-LT, B-LTA), also to P=1-certified files, and renews them later. Time-stamp and certification authorities are met
// through Stamper and Witness, which package authority implements.
//
// Verify judges every signature: form and coverage, cryptography, what changed afterwards, and, separately, trust. It speaks the
// words of ETSI EN 319 102-1 and gives each reason as a sentence for people. It fails closed: what it does not know is
// never "passed". Trust anchors, intermediate certificates and revocation evidence are data given by the caller; the package
// asks no network and no clock.
//
// Changes after a signature are allowed only if they add signatures, validation data or document information, or fill one of the
// named prepared fields that was empty, when the certification permits (S3.3). What the standard lets others do besides, fill
// other fields and annotate, is doubtful: a person has to look. What a certification level or a lock forbids, and anything
// else, is an alteration.
//
// Limits: those of package pdf; 64 signatures; 4 000 000 compared values; 64 MB of validation data.
package pades
