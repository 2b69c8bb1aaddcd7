// Package client speaks congvu's REST API (/api/v1) for programs: the command line's remote verbs, and whoever writes in Go.
//
// The types of this package are the API's own: the server makes its OpenAPI document from them, so that client and server cannot drift apart.
// Identifiers travel as text (ID), because many languages cannot hold 63 bits in a number; dates are "2026-03-25" (Hanoi), instants RFC 3339.
//
// A refusal of the server is a *Problem (RFC 9457) whose Detail is a whole sentence for people, Vietnamese unless Client.Language says otherwise.
// Only reading is tried again by itself (a broken connection, 429, 502, 503, 504); an act is sent once, and the caller reads the state before he sends
// it again. Acts are safe to repeat: the server refuses what the state no longer allows (409), so a number is never drawn twice.
//
// Limits: an answer in JSON 32 MB; uploads stream from the reader and downloads to the writer, neither is held in memory.
package client
