package exchange

import (
	"context"
	"fmt"
	"strings"

	"congvu/internal/documents"
	"congvu/internal/edxml"
	"congvu/internal/store"
)

var (
	sqlCourseAnswers = store.SQL(`SELECT a.id, a.delivery_id, a.peer_code, a.code, a.effect, a.stated_us, a.at_us, a.by_name, a.by_unit, a.description, a.sha, a.agreed, a.signature
		FROM exchange_deliveries d JOIN exchange_answers a ON a.agency_id = d.agency_id AND a.delivery_id = d.id WHERE d.agency_id = $1 AND d.outgoing_id = $2 ORDER BY a.id LIMIT 20000`)
	sqlCourseStatuses = store.SQL(`SELECT id, code, sent_us, by_name, by_unit, description FROM exchange_statuses WHERE agency_id = $1 AND receipt = $2 AND sent_us > 0 ORDER BY id`)
)

// sentStatus is a status that left for the sender of a received document.
type sentStatus struct {
	ID          int64
	Code        string
	SentAt      store.Instant `db:"sent_us"`
	ByName      string
	ByUnit      string
	Description string
}

func init() {
	documents.TellsCourse(func(ctx context.Context, r store.Reader, a store.Actor, kind string, id int64) ([]documents.Moment, error) {
		switch kind {
		case "outgoing":
			return sentCourse(ctx, r, a, id)
		case "incoming":
			return receivedCourse(ctx, r, a, id)
		}
		return nil, nil
	})
}

func moment(id int64, at store.Instant, act, who, unit string, what store.Message, note string) documents.Moment {
	return documents.Moment{ID: id, Kind: documents.MomentDelivery, Step: documents.Step{At: at, Act: act, Who: strings.TrimPrefix(who+", "+unit, ", "), What: what, Note: note}}
}

// sentCourse is what left for each receiver of a document and what each answered, with the requests about it (V10, V14, V28).
func sentCourse(ctx context.Context, r store.Reader, a store.Actor, outgoing int64) ([]documents.Moment, error) {
	lines, err := Deliveries(ctx, r, a, outgoing)
	if err != nil {
		return nil, err
	}
	var out []documents.Moment
	names := map[int64]string{}
	for _, d := range lines {
		names[d.ID] = d.ReceiverName
		if d.SentAt != 0 {
			out = append(out, moment(d.ID, d.SentAt, "sent", "", "", store.Say("Gửi đến {receiver}.", "receiver", d.ReceiverName), ""))
		}
		if d.State == Failed || d.State == Cancelled {
			m := moment(d.ID, d.At, "not_sent", "", "", store.Say("{receiver}: {state}.", "receiver", d.ReceiverName, "state", store.Say(d.State.Label())), "")
			if d.Description != "" {
				m.What = store.Say("{receiver}: {state}. {why}", "receiver", d.ReceiverName, "state", store.Say(d.State.Label()), "why", d.Said())
			}
			out = append(out, m)
		}
	}
	answers, err := store.All[Answer](ctx, r, sqlCourseAnswers, a.Agency, outgoing)
	if err != nil {
		return nil, err
	}
	for _, x := range answers {
		m := moment(x.ID, x.At, "answer", x.By, x.ByUnit, store.Say("{receiver} báo trạng thái {code}: {state}.", "receiver", names[x.DeliveryID], "code", x.Code, "state", store.Say(codeWords(x.Code))), x.Description)
		if m.Who == "" || m.Who == ", " {
			m.Who = names[x.DeliveryID]
		}
		out = append(out, m)
	}
	asked, err := Requests(ctx, r, a, outgoing)
	if err != nil {
		return nil, err
	}
	for _, q := range asked {
		out = append(out, recallMoment(moment(q.ID, q.At, "request", q.By, "", store.Say("Yêu cầu {receiver}: {kind}.", "receiver", q.ReceiverName, "kind", store.Say(q.Kind.Label())), q.Reason)))
		if q.AnsweredAt != 0 {
			out = append(out, recallMoment(moment(q.ID, q.AnsweredAt, "request_answer", q.AnswerBy, q.AnswerUnit, store.Say("{receiver} trả lời yêu cầu {kind}: {state}.", "receiver", q.ReceiverName, "kind", store.Say(q.Kind.Label()), "state", store.Say(requestWords(q.State))), q.Answer)))
		}
	}
	return out, nil
}

func recallMoment(m documents.Moment) documents.Moment {
	m.Kind = documents.MomentRecall
	return m
}

// receivedCourse is what was told to the sender of a received document.
func receivedCourse(ctx context.Context, r store.Reader, a store.Actor, incoming int64) ([]documents.Moment, error) {
	all, err := store.All[sentStatus](ctx, r, sqlCourseStatuses, a.Agency, documents.IncomingRef(incoming))
	out := make([]documents.Moment, len(all))
	for i, s := range all {
		out[i] = moment(s.ID, s.SentAt, "status_sent", s.ByName, s.ByUnit, store.Say("Báo cơ quan gửi trạng thái {code}: {state}.", "code", s.Code, "state", store.Say(codeWords(s.Code))), s.Description)
	}
	return out, err
}

// codeWords names a status; one that is not of the nine by its code.
func codeWords(code string) string {
	if words, ok := edxml.StatusLabels[code]; ok {
		return words
	}
	return fmt.Sprintf("trạng thái %s", code)
}

// requestWords names the answer to a request, a key of i18n.
func requestWords(state string) string {
	switch state {
	case "agreed":
		return "đồng ý"
	case "declined":
		return "từ chối"
	}
	return "chưa gửi được"
}
