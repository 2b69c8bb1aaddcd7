package exchange

import (
	"context"
	"errors"
	"slices"

	"congvu/internal/axis"
	"congvu/internal/store"
)

// Nodes is how this installation stands on the axis, as its administrator sees it (X19).
type Nodes struct {
	Name   string // of this installation
	Hub    bool   // others connect to it
	Copies int    // copies of each stream on brokers beside the program; 0 = the axis is embedded
	Links  []NodeLink
	Here   uint64 // parcels for agencies of this installation, not yet taken in
	Lost   uint64 // parcels for agencies that nobody hosts
}

// NodeLink is the connection to one installation.
type NodeLink struct {
	axis.Link
	Kept  bool     // the administrator keeps it here; others stand in the server's configuration
	Given []string // agencies it was given; Agencies are those in force
}

// Idle are the agencies that are given to the installation and not in force: they have come to live elsewhere, or were given a moment ago.
func (l NodeLink) Idle() []string {
	return slices.DeleteFunc(slices.Clone(l.Given), func(c string) bool { return slices.Contains(l.Agencies, c) })
}

// MaySeeNodes: who looks after the system.
func MaySeeNodes(a store.Actor) bool { return a.Roles.Has(store.SystemAdmin) }

// Nodes tells who is connected, since when, and how much waits for whom. Forbidden for others than the administrator of the system.
func (o *Office) Nodes(ctx context.Context, a store.Actor) (Nodes, error) {
	if !MaySeeNodes(a) {
		return Nodes{}, o.mayLink(a)
	}
	if o == nil || o.Axis == nil {
		return Nodes{}, nil // nothing is linked with what has no axis
	}
	s, err := o.Axis.Stats(ctx)
	if err != nil {
		return Nodes{}, err
	}
	links, err := o.Axis.Links(ctx)
	if err != nil {
		return Nodes{}, err
	}
	var kept []node
	if o.Axis.Listens() {
		if kept, err = nodesOf(ctx, o.DB); err != nil {
			return Nodes{}, err
		}
	}
	kept = slices.DeleteFunc(kept, func(n node) bool {
		return slices.ContainsFunc(o.Axis.Given(), func(p axis.Peer) bool { return p.Name == n.Name }) // the configuration has come to name it too
	})
	var all []NodeLink
	for _, l := range links {
		at := slices.IndexFunc(kept, func(n node) bool { return n.Name == l.Name })
		if at < 0 {
			all = append(all, NodeLink{Link: l, Given: l.Agencies})
			continue
		}
		all = append(all, NodeLink{Link: l, Kept: true, Given: kept[at].codes})
		kept = slices.Delete(kept, at, at+1)
	}
	for _, n := range kept {
		all = append(all, NodeLink{Link: axis.Link{Name: n.Name}, Kept: true, Given: n.codes})
	}
	return Nodes{Name: o.Axis.Node(), Hub: o.Axis.Listens(), Copies: o.Axis.Beside(), Links: all, Here: s.Waiting, Lost: s.Unrouted}, nil
}

// TryNode asks the other end of a link ("" = the hub) for an answer. Conflict when nobody is there.
func (o *Office) TryNode(ctx context.Context, a store.Actor, name string) (milliseconds float64, err error) {
	if err := o.mayLink(a); err != nil {
		return 0, err
	}
	trip, err := o.Axis.TryLink(ctx, name)
	if errors.Is(err, axis.ErrAway) {
		return 0, store.Refuse(store.Conflict, "Bản cài đặt kia chưa kết nối. Gói tin được giữ lại và tự gửi khi kết nối lại; xem lỗi gần nhất ở danh sách.")
	}
	return trip.Seconds() * 1000, err
}

func (o *Office) mayLink(a store.Actor) error {
	if !MaySeeNodes(a) {
		return store.Refuse(store.Forbidden, "Chỉ quản trị hệ thống được xem các bản cài đặt trên trục liên thông.")
	}
	if o == nil || o.Axis == nil {
		return store.Refuse(store.Conflict, "Chương trình này chưa mở trục liên thông.")
	}
	return nil
}
