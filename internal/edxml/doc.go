// Package edxml reads and writes the inter-agency messages of QCVN 102:2016/BTTTT: a document message (eDoc) carries one
// official document with its files, a status message answers it with one of nine codes.
//
// The writer is strict: literal element names, prefixes and order of the national samples, nothing optional that is empty.
// The reader is tolerant, because senders are not: any order, any prefix, several spellings, junk before the declaration. What it
// had to overlook it lists as warnings with stable codes; what it cannot read it returns as a *Quarantine with a reason.
//
// Nothing is held whole: files stream from openers on writing, and through a spool on disk to a sink on reading. Limits (size, depth,
// nesting, ratio of compression, counts) are Options; their zero value is the limit of the exchange. No DTD and no external entity
// is ever followed. Signatures are classified here and verified by package xmldsig.
//
// Rules X1–X25 are those of the project's exchange rule book; samples of the exchange are the golden files of the tests.
// A WriteDocument whose output is read back by Read gives the same message.
package edxml
