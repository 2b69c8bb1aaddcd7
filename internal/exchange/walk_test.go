package exchange

import (
	"testing"

	"congvu/internal/axis"
)

// The whole way inside one installation: through the axis, through the same parcel (house law 8; X12, X13).
// V6: status 01 leaves at import.
// V14: the sender sees 03 to 06.
// D9.11, D10.5, D2.9: one delivery line per receiver with its state; receipt is told by itself at once.
// X1.1, X19.1: inside one installation the sender sees the receiver's state by the same codes.
func TestDocumentTravelsBetweenTwoAgenciesOfOneInstallation(t *testing.T) {
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2", "H26.3"}, nil)
	h.work()
	id := h.issue("H26.1", "H26.2", "H26.3")
	h.reached("H26.1", id, Arrived)
	balance(t, h, "H26.1", id, map[string]*house{"H26.2": h, "H26.3": h})
	for _, l := range h.lines("H26.1", id) {
		if l.Sends != 1 || l.SentAt == 0 || l.ArrivedAt == 0 || l.Flagged {
			t.Errorf("%+v", l)
		}
	}
	if other := h.lines("H26.2", id); len(other) != 0 {
		t.Errorf("another agency sees lines: %+v", other)
	}
	// One registers, directs, starts, completes: 03 to 06 reach the sender, each once.
	p := h.taken("H26.2")[0]
	for _, verb := range []string{"document.registered", "document.directed", "document.started", "document.completed", "document.directed"} {
		h.record("H26.2", verb, p.Ref)
	}
	line := h.lines("H26.1", id)[0]
	h.until("the line is done", func() bool {
		l := h.lines("H26.1", id)[0]
		return l.State == Done && len(h.answers("H26.1", l.ID)) == 5
	})
	for i, a := range h.answers("H26.1", line.ID) {
		if want := []string{"01", "03", "04", "05", "06"}[i]; a.Code != want || a.Effect != Applied {
			t.Errorf("answer %d: %+v", i, a)
		}
	}
}
