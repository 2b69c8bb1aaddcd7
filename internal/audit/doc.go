// Package audit shows the journal to those who answer for it: an agency's administrator and head see their agency's entries, the
// administrator of the system also those of the installation.
//
// It keeps no table yet: store_journal is the record. It says one thing to the journal, because reading the record is an act.
//
// Journal: journal.exported
package audit
