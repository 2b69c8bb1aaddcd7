// Package exchange carries issued documents to other agencies and takes in what they send: the same signed edXML parcel (QCVN 102:2016/BTTTT)
// on the same axis, whether the other agency lives in this installation or in another (house law 8).
//
// It keeps: exchange_parcels (what was packed, what was opened), exchange_deliveries (one line per document and receiver, the sender's view),
// exchange_answers (every status that came back, raw, with its effect), exchange_statuses (what we owe senders, each code once per receipt),
// exchange_quarantine (parcels that could not be opened or believed); exchange_channels, exchange_credentials and exchange_routes (the gateways, what each
// agency signs in with, the exceptions), exchange_shipments (the outbox of the gateways), exchange_calls (what they answered, bounded in number and age).
//
// A delivery is closed by the receiver's status only, never by the axis taking the parcel. Its states and what each status code does to it are
// the table of route.go (X13.1–X13.3). The status codes are 01–06 and 02 for refusals; 13, 15 and 16 answer the requests of request_*.go.
//
// A signed status of a congvu installation is a receipt: its Description ends in a suffix for machines,
// "[[sha256=<hex>;parcel=<id>;number=<số đến>]]": the SHA-256 of the parcel's bytes as they were received, the parcel's id on the axis
// and, from 03 on, the arrival number. Pages show Description without it. A receipt whose hash is not that of the packed bytes is flagged.
// When a refusal's reason leaves no room within 1000 characters the suffix gives way: the 01 before it carried the hash.
//
// At least once on the wire, exactly once in effect: a parcel is packed once and its bytes kept before it is sent, sent again with the same id until
// a status answers, and known to the receiver by (sender, parcel) and (sender, DocumentId), both unique in the database (X21).
//
// Journal: parcel.packed, parcel.received, parcel.duplicated, parcel.quarantined, parcel.released, parcel.refused, delivery.queued, delivery.changed,
// delivery.asked, delivery.cancelled, delivery.late, delivery.failed, delivery.resent, delivery.flagged, status.failed, channel.changed, channel.tested,
// channel.fetched, channel.resent, credential.changed, route.added, route.removed
//
// Receivers that no axis reaches are reached over gateways (channel_*.go): a province's bus or the national exchange. Both are pulled, their packets are seldom
// signed; a packet nobody signed says nothing in the name of an agency hosted here and nothing about what travelled by the axis.
//
// Packets between installations of congvu must be signed (law 8): a parcel without a valid signature of its sender goes to quarantine.
//
// Limits: one file 50 MB, one message 200 MB (X7.6); sixteen sends of one parcel before a clerk is told that it will not be sent again by itself.
// Recalls, updates and replacements (exchange.md §9): exchange_requests keeps what we asked of whom and the answer; what others ask of us is handed
// to documents.Ask, which decides by the table of receipts. An amending or correcting document travels as a new one whose reason ends in the suffix
// "[[correct=<DocumentId>]]" or "[[amend=<DocumentId>]]", for BussinessDocType has no number for it.
//
// Agencies that have ended are still hosted: ended.go says where what is sent to them goes (identity.md §8).
package exchange
