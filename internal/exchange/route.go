package exchange

import "congvu/internal/documents"

// State of a delivery line (X13.1).
type State string

// The states in the order of X13.1.
const (
	NotSent         State = "not_sent"
	Queued          State = "queued"
	OnExchange      State = "on_exchange"
	Arrived         State = "arrived"
	Registered      State = "registered"
	Assigned        State = "assigned"
	InProgress      State = "in_progress"
	Done            State = "done"
	Refused         State = "refused"
	RecallRequested State = "recall_requested"
	Recalled        State = "recalled"
	RecallDeclined  State = "recall_declined"
	Failed          State = "failed"
	Cancelled       State = "cancelled"
)

// States lists them with the words people read.
var States = []struct {
	State State
	Label string
}{
	{NotSent, "Chưa gửi"}, {Queued, "Chờ gửi"}, {OnExchange, "Đã gửi lên trục"}, {Arrived, "Đã đến"}, {Registered, "Đã tiếp nhận"},
	{Assigned, "Phân công xử lý"}, {InProgress, "Đang xử lý"}, {Done, "Hoàn thành"}, {Refused, "Từ chối tiếp nhận"},
	{RecallRequested, "Đang đề nghị lấy lại"}, {Recalled, "Đồng ý lấy lại"}, {RecallDeclined, "Từ chối lấy lại"},
	{Failed, "Gửi không thành công"}, {Cancelled, "Đã hủy gửi"},
}

// Label is the Vietnamese name of the state.
func (s State) Label() string {
	for _, k := range States {
		if k.State == s {
			return k.Label
		}
	}
	return string(s)
}

// Effect says what an incoming status did.
type Effect string

// The effects: a flagged status stands on the line as a thing for the clerk to look at.
const (
	Applied        Effect = "applied"
	AppliedFlagged Effect = "applied_flagged"
	Logged         Effect = "logged"
	Flagged        Effect = "flagged"
)

// codes are the columns of the table; the last stands for every other code (X11.1).
var codes = []string{"01", "02", "03", "04", "05", "06", "13", "15", "16", "other"}

// route is what a status code does to a delivery line (X13.2, X13.3): a state = go there; "!" behind it = and flag; "=" = logged, nothing
// changes; "!" = logged and flagged. A status can overtake the row that says the parcel left, so every code is read from the first state on; a line
// given up as failed believes a receiver who answers after all.
var route = map[State][10]string{
	//               01         02          03            04          05             06      13   15          16                 other
	NotSent:         {"arrived", "refused", "registered", "assigned", "in_progress", "done", "!", "!", "!", "="},
	Queued:          {"arrived", "refused", "registered", "assigned", "in_progress", "done", "!", "!", "!", "="},
	OnExchange:      {"arrived", "refused", "registered", "assigned", "in_progress", "done", "!", "!", "!", "="},
	Arrived:         {"=", "refused", "registered", "assigned", "in_progress", "done", "!", "!", "!", "="},
	Registered:      {"=", "refused!", "=", "assigned", "in_progress", "done", "!", "!", "!", "="},
	Assigned:        {"=", "refused!", "=", "=", "in_progress", "done", "!", "!", "!", "="},
	InProgress:      {"=", "refused!", "=", "=", "=", "done", "!", "!", "!", "="},
	Done:            {"=", "!", "=", "=", "=", "=", "!", "!", "!", "="},
	Refused:         {"=", "=", "=", "=", "=", "=", "!", "!", "!", "="},
	RecallRequested: {"=", "refused", "=", "=", "=", "=", "!", "recalled", "recall_declined", "="},
	Recalled:        {"=", "=", "=", "=", "=", "=", "!", "=", "!", "="},
	RecallDeclined:  {"=", "refused!", "=", "=", "=", "=", "!", "!", "=", "="},
	Failed:          {"arrived", "refused", "registered", "assigned", "in_progress", "done", "!", "!", "!", "="},
	Cancelled:       {"!", "!", "!", "!", "!", "!", "!", "!", "!", "="},
}

// Follow gives the state a delivery has after a status, and what the status did.
func (s State) Follow(code string) (State, Effect) {
	column := len(codes) - 1
	for i, c := range codes[:column] {
		if c == code {
			column = i
		}
	}
	row, known := route[s]
	if !known {
		return s, Flagged
	}
	switch cell := row[column]; {
	case cell == "=":
		return s, Logged
	case cell == "!":
		return s, Flagged
	case cell[len(cell)-1] == '!':
		return State(cell[:len(cell)-1]), AppliedFlagged
	default:
		return State(cell), Applied
	}
}

// answered gives the state after a 15 or 16 that answers an open request. Of an update or a replacement the line stays where it is; where one recall was
// declined, another that is open may still be agreed to.
func (s State) answered(kind documents.RequestKind, code string) (State, Effect) {
	switch {
	case kind != documents.GiveBack && kind != documents.RecallWhole:
		return s, Applied
	case s == RecallDeclined:
		return RecallRequested.Follow(code)
	}
	return s.Follow(code)
}

// CanResend tells whether a clerk may send again: not once the receiver has answered, and not what has no receiver on the network.
func (s State) CanResend() bool { return s == Queued || s == OnExchange || s == Failed }
