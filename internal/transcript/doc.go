// Package transcript reads what stands on the pages of a file: lines of text with their places, from the text layer of a PDF, and from scans by
// character recognition where the Debian packages tesseract-ocr and tesseract-ocr-vie are installed.
//
// PDFs are opened by PDFium, compiled to WebAssembly and run by wazero: a file of a stranger meets no memory of this program, only a sandbox of
// 192 MB that is thrown away afterwards. A server lets a child process of its own binary do it (Reader.Command, Serve), so that neither the
// compiler's memory nor a page that never ends stays in the server. Without a command the work is done in this process.
//
// Places are in points from the upper left corner of the page. Text is NFC without control characters, one entry a line of print; two columns
// that stand beside each other (Quốc hiệu and the name of the agency) are lines of their own.
//
// Limits: a file 64 MB, 60 pages, of which 20 are recognised, 4000 lines and 100 000 characters a page, 1 MB of text a file; a minute for the text
// layer, five minutes for recognition. A picture 60 megapixels. What is cut off is said (Text.Cut).
//
// Errors are *Refusal with a code and a Vietnamese sentence (Reason).
package transcript
