// Package city builds a sample city: its agencies, people, keys and accounts, and one quarter of their work, done through the rooms' own
// functions with a clock of its own, so that journals, registers, signatures, receipts and search are true. No row is written behind a
// room's back. `congvu demo` and `congvu seed` call it.
//
// It keeps nothing. People and figures are invented, agency codes below H26 are samples (I1.13), certificates come from the test
// authority and name themselves worthless. The same seed gives the same people, plan, texts, fates and keys; identifiers and minutes differ.
//
// A Seeder founds the city, then plays a plan: steps in the order of their time, several side by side, the steps of one document after
// each other. On days with mail the clock waits until the exchange has carried it. What the plan meant is compared with what the rooms
// hold at the end (Check), which the tests use too.
//
// A whole city (Whole, BuildWhole) has a census, one quarter that is planned exactly and played day by day (quarter_*.go, decision 44), and its
// repetition. A run that was cut off finds again what stands and does the rest.
//
// Limits: up to 2,000 documents in the small city; the plan and the people in memory.
package city
