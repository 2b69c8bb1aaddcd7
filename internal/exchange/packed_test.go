package exchange

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"congvu/internal/axis"
	"congvu/internal/documents"
	"congvu/internal/store"
)

var (
	sqlTestKept   = store.SQL(`SELECT id, raw FROM exchange_answers WHERE agency_id = $1 ORDER BY id`)
	sqlTestStands = store.SQL(`SELECT raw FROM exchange_answers WHERE agency_id = $1 AND id = $2`)
	sqlTestAsWas  = store.SQL(`UPDATE exchange_answers SET raw = $1 WHERE agency_id = $2 AND id = $3`)
	sqlTestOwn    = store.SQL(`SELECT raw FROM exchange_statuses WHERE agency_id = $1 ORDER BY id`)
)

// T06: what is sealed of a receipt is its text, whether it is kept packed or, in rows of older days, as it came. Both agencies keep the same bytes; a spoiled row
// makes another seal and stops nobody.
func TestReceiptsKeptPackedAreTheSameEvidence(t *testing.T) {
	ctx := context.Background()
	h := build(t, axis.Config{}, []string{"H26.1", "H26.2"}, nil)
	s := h.staffed("H26.2")
	h.work()
	id := h.issue("H26.1", "H26.2")
	h.reached("H26.1", id, Arrived)
	in := h.received("H26.2", 0)
	h.act(s.clerk, func(ctx context.Context, tx *store.Tx) error {
		_, err := documents.Register(ctx, tx, in.ID, documents.RegisterForm{VerdictReason: "Bản thử không có chữ ký"})
		return err
	})
	h.reached("H26.1", id, Registered)
	type kept struct {
		ID  int64
		Raw store.Packed
	}
	answers, err := store.All[kept](ctx, h.office.DB, sqlTestKept, h.agency["H26.1"])
	h.must(err)
	own, err := store.All[store.Packed](ctx, h.office.DB, sqlTestOwn, h.agency["H26.2"])
	h.must(err)
	if len(answers) != 2 || len(own) != 2 || own[0] != answers[0].Raw || own[1] != answers[1].Raw || !strings.HasPrefix(string(own[1]), "<?xml") {
		t.Fatalf("%d answers, %d own", len(answers), len(own))
	}
	evidence := func() string {
		t.Helper()
		var text strings.Builder
		h.must(writeEvident(ctx, h.office.DB, &text, h.agency["H26.1"], outgoingRef(id)))
		return text.String()
	}
	put := func(raw any) {
		t.Helper()
		h.must(h.office.DB.Keep(ctx, func(tx *store.Tx) error { return tx.Put(ctx, sqlTestAsWas, raw, h.agency["H26.1"], answers[1].ID) }))
	}
	stands := func() string {
		t.Helper()
		raw, err := store.One[string](ctx, h.office.DB, sqlTestStands, h.agency["H26.1"], answers[1].ID)
		h.must(err)
		return raw
	}
	packed, sealed := stands(), evidence()
	if !strings.HasPrefix(packed, "=z1:") || len(packed) > 600 || !strings.Contains(sealed, "X509Certificate") {
		t.Fatalf("%d bytes: %.60s", len(packed), packed)
	}
	put(string(answers[1].Raw))
	if stands() == packed || evidence() != sealed {
		t.Error("as it came it is other evidence")
	}
	put(packed[:len(packed)-9])
	if evidence() == sealed {
		t.Error("a spoiled row is the same evidence")
	}
	var f store.Findings
	h.must(Check(ctx, h.office.DB, &f))
	if f.Kinds["packed"] != 1 {
		t.Error(f.Kinds)
	}
}

// What was sealed as one JSON text is the same when it is written a row at a time.
func TestEvidenceIsWrittenAsOneText(t *testing.T) {
	parcels := []evidentParcel{{ID: 1, Notation: `a<b>&"c"`}, {ID: 2, SHA: "đ\u2028"}}
	for _, answers := range [][]evidentAnswer{nil, {{ID: 3, Raw: "<?xml\n?>", Agreed: true}}} {
		want, err := json.Marshal([]any{parcels, answers})
		if err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		if err := errors.Join(writeRows(&got, "[", parcels), writeRows(&got, ",", answers)); err != nil {
			t.Fatal(err)
		}
		if got.WriteByte(']'); got.String() != string(want) {
			t.Errorf("%s\n%s", got.String(), want)
		}
	}
}
