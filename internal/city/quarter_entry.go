package city

import (
	"fmt"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/documents"
)

// numberedKey is what the registry knows a document from outside by: a sender gives a number once in a quarter.
type numberedKey struct {
	at             *agency
	sender, number string
}

// entry is what the registry types in of a document from outside of the city: of ministries, provinces, enterprises, citizens.
func (q *quarterPlan) entry(at *agency, dated calendar.Date) *documents.EntryForm {
	f := &documents.EntryForm{IssuedDate: dated, TypeCode: "CONG_VAN", PageAmount: 1 + q.r.IntN(6)}
	n := q.r.IntN(100)
	if n < 25 { // a citizen's letter has neither number nor type
		f.SenderName = "Công dân " + person(q.r)
		f.SignerName, f.TypeCode = strings.TrimPrefix(f.SenderName, "Công dân "), ""
	} else {
		from := pick(q.r, outsideSenders)
		f.SenderName = strings.NewReplacer("{n}", fmt.Sprint(1+q.r.IntN(60)), "{p}", pick(q.r, provinces)).Replace(from.name)
		f.SignerName, f.SignerPosition = from.signer, from.position
		f.Notation = from.notation
		for f.Number == "" || q.numbered[numberedKey{at, f.SenderName, f.Number}] { // a number that came before is a twin, and waits for a decision
			f.Number = fmt.Sprint(12 + q.r.IntN(8800))
		}
		q.numbered[numberedKey{at, f.SenderName, f.Number}] = true
	}
	switch n := q.r.IntN(100); {
	case n < 1:
		f.Urgency = documents.Express
	case n < 3:
		f.Urgency = documents.VeryUrgent
	case n < 12:
		f.Urgency = documents.Urgent
	}
	f.Subject = q.once(at, false, func(try int) string {
		s := fmt.Sprintf(pick(q.r, outsideSubjects), pick(q.r, quarterFields))
		if f.Number == "" {
			s = fmt.Sprintf(pick(q.r, citizenCases), 1+q.r.IntN(998))
		}
		for range try + q.r.IntN(2) {
			s += ", " + pick(q.r, quarterTails)(q.r, dated)
		}
		return oddity(q.r, s)
	})
	return f
}
