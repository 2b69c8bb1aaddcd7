// Package workbook reads tables that strangers send (XLSX, CSV) and writes tables for people to take away.
//
// [ReadTable] reads values only: a formula cell gives the value its author's program stored, nothing is ever computed, and no
// link is followed. XLSX is read by a strict reader of its own within [Limits]; macros, external links, DDE, embedded objects,
// document types and damaged archives are refused, because a partly read list of people is worse than none. CSV must be UTF-8:
// text in Windows-1258, TCVN3 or UTF-16 is refused with the way out, never guessed. [Table.Match] finds the header row by titles
// without regard to case and marks, and gives each cell its address for the table of errors.
//
// [WriteXLSX] streams rows into an official-looking sheet; text stays text, so that no cell becomes a formula. [WriteCSV]
// puts an apostrophe before text that a spreadsheet would take for a formula (T17); ReadTable takes it off again.
//
// Limits: the first visible sheet (or one named), 20 000 rows × 200 columns, 100 MB unpacked. Numbers come as plain digits with
// a point ("1234.5"), dates as dd/mm/yyyy. The old .xls format is refused.
//
// Sources: T15, T17, T18 (threat model), design ui §6.
package workbook
