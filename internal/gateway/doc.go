// Package gateway carries edXML messages to the agencies that are not reached by the axis: over a province's bus (LGSP, exchange.md §18) and over the
// national exchange (exchange.md §17). Both are pulled: a link lists what waits for its agency, fetches it, and says what became of it.
//
// A Link belongs to one agency: credentials are the agency's own (X18.4). Paths, header names and limits are configuration, for the live services may
// differ from what is written down (X25.3). A link keeps nothing and decides nothing; who uses it keeps the identifiers and tries again.
//
// The Simulator speaks both protocols as their servers do, refusals and faults included; tests and demos run against it.
package gateway
