package axis

import "slices"

// Reaches tells whether an agency is at the other end of this axis as far as this node knows: it is hosted here or given to a peer. Behind a hub
// there may be others; HasHub tells that there is one.
func (a *Axis) Reaches(code string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return (*a.hosted.Load())[code] || slices.ContainsFunc(a.peers, func(p Peer) bool { return slices.Contains(p.Agencies, code) })
}

// HasHub tells whether this node hands on what it does not host.
func (a *Axis) HasHub() bool { return a.cfg.Hub != "" }
