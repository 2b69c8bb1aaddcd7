// Package calendar knows the administration's days: dates in Hanoi's time, working days, days off, office hours, deadlines.
//
// A [Date] is text (YYYY-MM-DD), so that it means the same in SQL, JSON and comparison. The year of a register and the day
// of an act come from [DateOf] (UTC+7), never from the server's zone. A [Calendar] is built from data: weekends, the public
// holidays of the Labour Code (Bộ luật Lao động 2019, art. 111 and 112), and yearly tables of days off, compensation days
// and swapped working days. Tables for 2024–2027 are embedded (holidays.csv, each row with source and certainty); an
// installation overrides them with [Calendar.With] or [Calendar.WithYear]. Years without a table have only the four holidays
// of the solar calendar ([Calendar.Known] says so).
//
// A Calendar is immutable and safe for concurrent use; every question is a table look-up or one binary search.
//
// Limits: years 1900–2199. Lunar holidays are data, not computed. Lunch breaks are not modelled.
//
// Sources: NĐ 30/2020 (D5.3 date line), D10.18, D10.19, R6.2–R6.10, reliability §4 (year of a number).
package calendar
