package axis

import (
	"slices"
	"sync"
	"testing"
)

// X23.4: one sender's parcels to one receiver keep their order; another pair does not wait for them.
func TestFlowsKeepOrderWithinAndRunBesideEachOther(t *testing.T) {
	f := newFlows(2)
	var mu sync.Mutex
	var order []int
	other := make(chan struct{})
	f.add("a.b", func() {
		<-other // ends only if the other flow runs meanwhile
		mu.Lock()
		order = append(order, 0)
		mu.Unlock()
	})
	for i := 1; i < 20; i++ {
		f.add("a.b", func() {
			mu.Lock()
			order = append(order, i)
			mu.Unlock()
		})
	}
	f.add("c.b", func() { close(other) })
	f.wait()
	if len(order) != 20 || !slices.IsSorted(order) {
		t.Errorf("order %v", order)
	}
	if len(f.queue) != 0 {
		t.Errorf("%d flows left behind", len(f.queue))
	}
	if a, b := flowOf("ex.3.QQ.RR.edoc"), flowOf("up.3.QQ.RR.status"); a != "QQ.RR" || a != b {
		t.Errorf("flows %q and %q", a, b)
	}
}
