// Package i18n turns the Vietnamese sentences of the program into what a reader sees: translated, with numbers, dates and
// sizes in the reader's form; and it keeps text itself in order (sorting, searching, cleaning).
//
// The Vietnamese sentence with named arguments is the key: T(lang, "Tệp {name} đã bị mã hóa.", args). English comes from
// en/*.json, one file per area, embedded; a sentence without translation is shown in Vietnamese. A translation is a text, or
// {"by": "n", "one": …, "other": …} where English counts (Vietnamese has no plural). [Uses] finds the sentences in the sources,
// `go run ./internal/i18n/missing` prints those without English.
//
// Every text that enters the program passes [Clean] or [CleanLine]: NFC, no control, bidi or invisible characters (T42).
// [Fold] is the form for searching without marks; [MixedScript] flags names that imitate others.
//
// Limits: two languages. Arguments of kind integer are grouped ("1.234"): years and document numbers are passed as text.
//
// Sources: design ui §10, D3.2, I5.9, reliability T42.
package i18n
