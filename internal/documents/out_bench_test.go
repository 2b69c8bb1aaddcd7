package documents

import (
	"strings"
	"testing"

	"congvu/internal/store"
)

// sqlDouble copies every document of the agency, so that lists are asked over a busy agency's years.
var sqlDouble = store.SQL(`INSERT INTO documents_outgoing (agency_id, id, at_us, document_id, search_text, ` + otherColumns + `)
	SELECT agency_id, id + CAST($1 AS BIGINT), at_us + $1, CASE WHEN document_id = '' THEN '' ELSE document_id || CAST(CAST($1 AS BIGINT) AS TEXT) END, search_text, ` + otherColumns + ` FROM documents_outgoing`)

var otherColumns = strings.NewReplacer("o.agency_id, o.id, ", "", ", o.document_id", "", ", o.at_us", "", "o.", "").Replace(outgoingColumns)

// fill makes 2^doublings × 9 documents.
func (h *house) fill(doublings int) {
	for _, s := range []State{Drafted, InReview, Returned, AwaitingSignature, Signed, Numbered, Sealed, Issued, Cancelled} {
		h.at(s)
	}
	for i := range doublings {
		h.do(h.clerk, func(tx *store.Tx) error {
			if _, err := tx.Exec(bg, sqlDouble, int64(1)<<(20+i)); err != nil {
				return err
			}
			return tx.Record(store.Event{Verb: "document.drafted", Agency: int64(h.agency), Ref: "outgoing/0"})
		})
	}
}

func BenchmarkListOutgoing(b *testing.B) {
	h := newHouse(b)
	h.fill(14) // 147 456 documents
	for who, a := range map[string]store.Actor{"clerk": h.clerk, "drafter": h.drafter, "outsider": h.outsider} {
		for _, tab := range []string{TabMine, TabIssued, TabAll} {
			b.Run(who+"/"+tab, func(b *testing.B) {
				for b.Loop() {
					if _, err := ListOutgoing(bg, h.DB, a, OutFilter{Tab: tab}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
	b.Run("clerk/search without a hit", func(b *testing.B) {
		for b.Loop() {
			if _, err := ListOutgoing(bg, h.DB, h.clerk, OutFilter{Q: "chuyện không ai viết"}); err != nil {
				b.Fatal(err)
			}
		}
	})
	h.do(h.admin, func(tx *store.Tx) error {
		if err := tx.Set(bg, int64(h.agency), "documents.see_issued", "no"); err != nil {
			return err
		}
		return tx.Record(store.Event{Verb: "setting.changed", Agency: int64(h.agency), Ref: "settings"})
	})
	b.Run("outsider/nothing is his", func(b *testing.B) {
		for b.Loop() {
			if _, err := ListOutgoing(bg, h.DB, h.outsider, OutFilter{Tab: TabAll}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
