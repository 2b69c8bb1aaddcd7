package exchange

import (
	"testing"
	"time"

	"congvu/internal/documents"
	"congvu/internal/store"
)

// What is remembered of a file's signatures ends after a minute, and never serves an earlier time.
func TestAJudgementIsRememberedForAMinute(t *testing.T) {
	var j judged
	at := store.InstantOf(epoch)
	j.keep("a", at, documents.File{Verdict: "valid", VerdictReport: "r"})
	for after, want := range map[time.Duration]bool{0: true, 59 * time.Second: true, time.Minute: false, -time.Second: false} {
		if _, ok := j.find("a", at.Add(after)); ok != want {
			t.Errorf("after %s: %v", after, ok)
		}
	}
	if _, ok := j.find("b", at); ok {
		t.Error("a file nobody judged")
	}
	for i := range 3 * judgedMost {
		j.keep(string(rune('c'+i)), at, documents.File{})
	}
	if len(j.now) > judgedMost || len(j.old) > judgedMost {
		t.Error("it grows without bound")
	}
}

func TestPackedBytesAreBounded(t *testing.T) {
	var p packed
	p.keep("big", make([]byte, inline+1))
	if p.find("big") != nil {
		t.Error("a parcel that travels beside its message is kept in memory")
	}
	for i := range 100 {
		p.keep(string(rune('a'+i)), make([]byte, inline))
	}
	if n := len(p.now) + len(p.old); int64(n)*inline > 2*packedMost {
		t.Errorf("%d parcels in memory", n)
	}
	if p.find(string(rune('a'+99))) == nil {
		t.Error("the newest is not there")
	}
}
