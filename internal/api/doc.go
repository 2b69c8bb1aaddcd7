// Package api is the door for programs: REST with JSON under /api/v1, described by an OpenAPI 3.1 document made from the Go types
// (/api/v1/openapi.json) and by a page for people (/api/v1/).
//
// It keeps nothing and decides nothing: an operation parses, calls one function of a room, and answers. The same acts, rights and sentences as web.
//
// Who: "Authorization: Bearer …" with an API token (an administrator issues it) or the token of a session (POST /session). There are no cookies, so a
// foreign page cannot act in a person's name. X-Congvu-Post chooses another of the person's posts for one request.
//
// Refusals are application/problem+json (RFC 9457), translated by Accept-Language: 401 not signed in, 403 forbidden, 404 not found or not
// for this agency to know of, 409 conflict (somebody was faster, the state no longer allows it, a duplicate), 422 invalid, 429 too much at once.
//
// Acts that bind the office (signing, sealing, releasing) need a person who has just proved himself: without POST /me/confirmation (password) they
// are refused with 403 and the type confirmation-required, and nothing has changed.
//
// Repeating: acts are checked against the state of the document in the same transaction, so an act sent twice is done once; the second answer is 409 (or the
// first result, where the room says so). An Idempotency-Key is therefore not needed to keep a number from being drawn twice. Drafting and
// entering are the exception: they make a new document each time, and a draft too many is cancelled without a trace in any register.
//
// Limits: a JSON body 1 MB, an upload 200 MB (a file as the agency's setting allows), 16 requests of one token at a time, pages of up to 200 rows.
// JSON is read strictly: unknown fields, other spellings and unknown query parameters are refused.
package api
