// Package exchange carries issued documents to other agencies and takes in what they send: the same signed edXML parcel (QCVN 102:2016/BTTTT)
// on the same axis, whether the other agency lives in this installation or in another (house law 8).
//
// It keeps: exchange_parcels (what was packed, what was opened), exchange_deliveries (one line per document and receiver, the sender's view),
// exchange_answers (every status that came back, raw, with its effect), exchange_statuses (what we owe senders, each code once per receipt),
// exchange_quarantine (parcels that could not be opened or believed) with exchange_quarantine_tries (what happened to them), exchange_waiting (parcels taken from the axis that wait for their sender's turn),
// exchange_peers (what is known of those we exchange with: last heard, quota, clock), exchange_reconciliations and exchange_differences (what comparing
// with each peer gave); exchange_channels, exchange_credentials and exchange_routes (the gateways, what each
// agency signs in with, the exceptions), exchange_shipments (the outbox of the gateways), exchange_calls (what they answered, bounded in number and age);
// exchange_nodes and exchange_node_agencies (the installations that may connect to this hub, besides those of its configuration).
//
// Settings: exchange.answer_replacement (yes|no, default yes: a replacement is answered with 15 or 16 for the old document, X9.4).
//
// A delivery is closed by the receiver's status only, never by the axis taking the parcel; on the axis by one that names the hash of what was packed. Its states and what each status code does to it are
// the table of route.go (X13.1–X13.3). The status codes are 01–06 and 02 for refusals; 13, 15 and 16 answer the requests of request_*.go.
//
// A signed status of a congvu installation is a receipt: its Description ends in a suffix for machines,
// "[[sha256=<hex>;parcel=<id>;number=<số đến>]]": the SHA-256 of the parcel's bytes as they were received, the parcel's id on the axis
// and, from 03 on, the arrival number. Pages show Description without it. A receipt whose hash is not that of the packed bytes is flagged.
// When a refusal's reason leaves no room within 1000 characters the suffix gives way: the 01 before it carried the hash.
// An answer to a request (15, 16) ends in "[[request=<name>]]" instead and settles that request only: the name is the parcel of the request without its
// receiver, or "<code>/<number>/13". Only an answer without a name, of another system or over a gateway, settles the oldest request of its line.
//
// At least once on the wire, exactly once in effect: a parcel is packed once and its bytes kept before it is sent, sent again with the same id until
// a status answers, and known to the receiver by (sender, parcel) and (sender, DocumentId), both unique in the database (X21).
//
// Journal: parcel.packed, parcel.received, parcel.duplicated, parcel.quarantined, parcel.released, parcel.refused, parcel.given, delivery.queued, delivery.changed,
// delivery.asked, delivery.cancelled, delivery.late, delivery.failed, delivery.resent, delivery.flagged, peer.quota_set, peer.throttled,
// peer.reconcile_asked, peer.reconciled, peer.differed,
// status.failed, channel.changed, channel.tested, channel.fetched, channel.resent, credential.changed, route.added, route.removed, proof.exported,
// node.admitted, node.amended, node.rekeyed, node.revoked
//
// Receivers that no axis reaches are reached over gateways (channel_*.go): a province's bus or the national exchange. Both are pulled, their packets are seldom
// signed; a packet nobody signed says nothing in the name of an agency hosted here and nothing about what travelled by the axis.
//
// Packets between installations of congvu must be signed (law 8): a parcel without a valid signature of its sender goes to quarantine.
//
// Nobody stops the others: what a sender brings beyond his quota, or while he fills a shard of the axis, waits in exchange_waiting and is opened in turns;
// due lines and statuses are claimed the oldest first and, when these fill a batch, a few of each agency besides.
//
// Every night, and when asked, each agency compares what it sent with what its receivers hold: counts and hashes by day, narrowed where they differ. In one
// installation it looks for itself; between installations of congvu by signed messages of the kind "reconcile", sent only to a peer that has said in the
// suffix of a status that it reads them ("speaks=reconcile"). What a receiver lacks is sent again, a missing receipt is repeated, the rest goes to people.
// Of documents that are not finished the sender also says which codes it has heard, and which requests wait (reconcile_heard.go): the receiver repeats the others.
//
// Limits: one file 50 MB, one message 200 MB (X7.6); sixteen sends of one parcel before a clerk is told that it will not be sent again by itself.
// Recalls, updates and replacements (exchange.md §9): exchange_requests keeps what we asked of whom and the answer, and when it is asked again (over the axis,
// until it is answered); what others ask of us is handed
// to documents.Ask, which decides by the table of receipts. An amending or correcting document travels as a new one whose reason ends in the suffix
// "[[correct=<DocumentId>]]" or "[[amend=<DocumentId>]]", for BussinessDocType has no number for it.
//
// Agencies that have ended are still hosted: ended.go says where what is sent to them goes (identity.md §8).
package exchange
