// Package blob keeps files by what they contain: the address of a file is the SHA-256 of its bytes.
//
// Two stores share one meaning: [Disk] (a directory) and [S3] (a bucket). Put returns only when the bytes are durable
// (file and directories are synced), so that a caller may write its row afterwards and never point at a missing file.
// Storing the same bytes twice keeps one file, makes it young again and repairs a damaged copy.
//
// Reading never serves changed bytes silently: a [File] read from start to end compares the hash before it hands over the
// last bytes; a file read at other offsets is first hashed as a whole. Text is kept compressed (zstd); the address stays
// that of the original bytes, and expansion is bounded by the length recorded at Put.
//
// Files without a row are removed by [Sweep] once they are old enough (24 h, [OrphanAge]); [Scrub] re-reads everything.
//
// Limits: one file at most limit bytes (DefaultLimit where the caller names none); S3 through one bucket, at most 5 GiB a file.
// On S3 a sweep and a Put of the same forgotten bytes can meet within the time of one request; on disk, within one
// process, they cannot.
//
// Sources: design §9 (files), house law 7 (issued bytes never change), nightly check of all attachments (X15, reliability §4).
package blob
