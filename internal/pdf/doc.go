// Package pdf reads and writes the object level of PDF files (ISO 32000-1).
//
// It holds three tools and nothing above them:
//
//   - Open, a strict reader: cross-reference tables, cross-reference streams, hybrid files, object streams and linearized
//     files. It never repairs. A file whose last cross-reference section does not lead to every object it names is refused,
//     because a signature is judged on one reading of the bytes only. Strings remember where their token stands in the file.
//   - Update, an append-only writer: new and changed objects, one more cross-reference section in the style of the previous
//     one; the bytes that were there stay as they were (S5.7).
//   - Builder, a small writer of new files: objects, flate streams, a cross-reference table, a document identifier.
//
// Limits for files from strangers: nesting 200, 1000 revisions, 2 000 000 cross-reference entries, 16 MB for one inflated
// object stream and 48 MB for all of them together, 24 MB of memory for one object, 6 000 000 values. Encrypted files are recognised and refused
// (ErrEncrypted, S5.9).
//
// Objects are plain Go values: nil, bool, int64, Real, Name, String, Array, Dict, *Stream and Ref. Writers also take int,
// float64 and Raw. A File is not safe for concurrent use.
package pdf
