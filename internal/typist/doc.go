// Package typist makes PDFs of documents that people wrote in a word processor, with LibreOffice in a confined process.
//
// It takes DOCX, ODT, DOC and RTF. Inspect reads a file strictly first, without any program: it refuses what is not the format it says, is
// encrypted, carries macros, embedded programs or a document type, unpacks to too much, or fetches content from elsewhere; links of a DOCX to
// files elsewhere (a template on the author's disk, a picture on a network) are cut, and the report says how many. A hyperlink that a reader
// may follow stays.
//
// The fonts of official documents (Tinos, metric-compatible with Times New Roman, with every Vietnamese letter) travel with each run, so that
// the pages do not depend on what the machine has installed.
//
// Marks and Merge fill a DOCX template: {{Tên trường}} anywhere in its text, headers, footers and notes, also when the word processor broke the mark
// over several runs. Nothing but the letters of marks changes; a value is text and never becomes markup, a mark or a field.
//
// A Typist without LibreOffice is off: Ready tells so, and Convert answers confined.ErrAbsent.
package typist
