// Package axis carries sealed parcels between agencies on NATS JetStream: embedded in the program, or on a server or cluster beside it.
//
// Send returns when the parcel is on the disk of its stream. That closes no delivery: the receiver's receipt does, itself a parcel.
// A parcel arrives at least once; the same id is stored once within the window of de-duplication, and the receiver must know the ids it
// has kept. A parcel leaves the stream when its receiver acknowledges it, so the streams hold only what is under way.
//
//	ex.<shard>.<from>.<to>.<kind>   parcels for agencies of this installation (or, at a hub, of a peer)
//	up.<shard>.<from>.<to>.<kind>   parcels that wait for the hub
//	ch.<node>.<sha256>.<n>          chunks of payloads too large for a message; parcels name them by hash
//
// Shards exist because one stream syncs one message after another: eight of them sync side by side. A receiver's parcels share a shard,
// and those of one sender to it are handed out one after another, so their order is kept as long as none is retried.
//
// Two installations exchange through a hub: a node that listens. A peer connects to it with its own password and may send only for
// the agencies the hub's configuration gives it, and take only their parcels; the broker enforces it. A peer accepts parcels while the hub is away.
//
// Durability is not a knob: every write is synced, and a node that would not sync refuses to start.
package axis
