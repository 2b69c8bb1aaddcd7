// Package store is the ground floor: it opens the database of an installation (SQLite in the data folder, or PostgreSQL),
// runs every write as one act of one actor at one time, and keeps what all rooms share.
//
// It keeps: store_journal (everything that happened), store_cursors (how far each follower has read), store_counters
// (number series), store_jobs (due work), store_settings, store_bases (texts that others are kept as differences from, packed.go), and the migrations of all rooms.
//
// Laws it enforces:
//   - a commit that changed something and recorded nothing is refused (house law 3);
//   - one SQL text serves both engines: statements are made with SQL, listed by Statements, and prepared on both by a test (law 5);
//   - followers read the journal in commit order and miss nothing (law 4).
//
// Settings: store.building (the mark of an installation that is being built, see building.go); store.pack_from (the moment from which texts are packed, see packed_from.go).
//
// Instants are BIGINT microseconds (Instant), legal dates are text YYYY-MM-DD (calendar.Date); see the portable rules in
// docs/decisions/0002-one-sql-text.md.
package store
