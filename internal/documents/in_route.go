package documents

import "congvu/internal/store"

// receiptAct is what happens to a received document as its sender sees it.
type receiptAct string

const (
	actImport   receiptAct = "import"
	actRefuse   receiptAct = "refuse"
	actRegister receiptAct = "register"
	actCancel   receiptAct = "cancel_registration"
	actAssign   receiptAct = "assign"
	actStart    receiptAct = "start"
	actClose    receiptAct = "close"
	actRequest  receiptAct = "request" // a request of the sender arrives: P of X12
	actAgree    receiptAct = "agree"   // only with P; the consent to a recall leads to Recalled, see destroy
	actDecline  receiptAct = "decline" // only with P
)

// notHeld is the state before anything was received (NEW in X12).
const notHeld InState = ""

// receipts is the state machine of exchange.md §12: the next state, the same state where the act is accepted and changes nothing, no
// cell where it is refused. An agreed update or replacement keeps the state, an agreed recall ends in Recalled (X12.1). A request about what has not
// arrived (NEW) waits outside of the table (X9.5).
var receipts = map[InState]map[receiptAct]InState{
	notHeld: {actImport: Arrived},
	Arrived: {actImport: Arrived, actRefuse: Refused, actRegister: Registered, actRequest: Arrived, actAgree: Arrived, actDecline: Arrived},
	Refused: {actImport: Refused, actRefuse: Refused, actRequest: Refused},
	Registered: {actImport: Registered, actRegister: Registered, actCancel: Arrived, actAssign: Assigned, actStart: InProgress, actClose: Done,
		actRequest: Registered, actAgree: Registered, actDecline: Registered},
	Assigned: {actImport: Assigned, actRegister: Assigned, actAssign: Assigned, actStart: InProgress, actClose: Done,
		actRequest: Assigned, actAgree: Assigned, actDecline: Assigned},
	InProgress: {actImport: InProgress, actRegister: InProgress, actAssign: InProgress, actStart: InProgress, actClose: Done,
		actRequest: InProgress, actAgree: InProgress, actDecline: InProgress},
	Done:     {actImport: Done, actRegister: Done, actAssign: Done, actStart: Done, actClose: Done, actRequest: Done, actAgree: Done, actDecline: Done},
	Recalled: {actImport: Recalled, actRequest: Recalled},
}

// after gives the state an act leads to; Conflict where the table has no cell.
func (s InState) after(act receiptAct) (next InState, err error) {
	next, ok := receipts[s][act]
	if !ok {
		return s, store.Refuse(store.Conflict, "Văn bản đang ở trạng thái “{state}” nên không thực hiện được thao tác này. Nội dung được giữ nguyên; tải lại trang để xem trạng thái mới nhất.",
			"state", store.Say(s.Label()))
	}
	return next, nil
}

// lineAct is what a holder does with his receipt line.
type lineAct string

const (
	lineForward  lineAct = "forward"
	lineHandOver lineAct = "hand_over"
	lineStart    lineAct = "start"
	lineComment  lineAct = "comment"
	lineComplete lineAct = "complete"
	lineReturn   lineAct = "return"
	lineRecall   lineAct = "recall"
)

// lineActs is D11.6–D11.10: from which states of a line an act is allowed. Forwarding a finished line opens it again; recalling is an act of
// whoever gave the line.
var lineActs = map[lineAct][]LineState{
	lineForward:  {LineWaiting, LineToDo, LineForwarded, LineDone, LineReturnedToMe},
	lineHandOver: {LineToDo, LineReturnedToMe},
	lineStart:    {LineToDo, LineForwarded, LineReturnedToMe},
	lineComment:  {LineToDo, LineForwarded, LineDone, LineReturnedToMe},
	lineComplete: {LineToDo, LineForwarded, LineReturnedToMe},
	lineReturn:   {LineWaiting, LineToDo, LineReturnedToMe},
	lineRecall:   {LineWaiting, LineToDo, LineForwarded, LineDone, LineReturnedToMe},
}

// allows answers nil when the act is open to a line in the state, else Conflict.
func (s LineState) allows(act lineAct) error {
	if contains(lineActs[act], s) {
		return nil
	}
	return store.Refuse(store.Conflict, "Phần việc này đang ở trạng thái “{state}” nên không thực hiện được thao tác. Nội dung được giữ nguyên; tải lại trang để xem trạng thái mới nhất.",
		"state", store.Say(s.Label()))
}

// boxOf is the tab in which a line is counted (D11.1).
func boxOf(s LineState, r LineRole) string {
	switch s {
	case LineForwarded:
		return InTabForwarded
	case LineDone:
		return InTabDone
	case LineReturnedByMe:
		return "given_back"
	case LineRecalled:
		return "gone"
	}
	return map[LineRole]string{Lead: InTabToDo, Coordinate: InTabCoordinating, Inform: InTabInformed}[r]
}

// Tabs of the inbox.
const (
	InTabArrivals     = "arrivals"     // chờ tiếp nhận
	InTabToSubmit     = "to_submit"    // chờ trình, chuyển
	InTabToDirect     = "to_direct"    // chờ cho ý kiến chỉ đạo
	InTabToDo         = "to_do"        // chủ trì, cần xử lý
	InTabCoordinating = "coordinating" // phối hợp
	InTabInformed     = "informed"     // để biết
	InTabReturned     = "returned"     // bị trả lại cho tôi
	InTabForwarded    = "forwarded"    // đã chuyển, đang theo dõi
	InTabHandling     = "handling"     // cả cơ quan đang xử lý
	InTabDone         = "done"
	InTabOverdue      = "overdue"
	InTabRefused      = "refused"
	InTabAll          = "all"
	InTabGranted      = "granted" // given to me by name, post or unit (V19)
)

// InTabLabel is a tab's Vietnamese name.
func InTabLabel(code string) string {
	return map[string]string{InTabArrivals: "Chờ tiếp nhận", InTabToSubmit: "Chờ trình", InTabToDirect: "Chờ chỉ đạo", InTabToDo: "Cần xử lý", InTabReturned: "Bị trả lại",
		InTabCoordinating: "Phối hợp", InTabInformed: "Để biết", InTabForwarded: "Đã chuyển, theo dõi", InTabHandling: "Đang xử lý", InTabDone: "Đã xong",
		InTabOverdue: "Quá hạn", InTabRefused: "Đã từ chối", InTabGranted: "Được cấp quyền", InTabAll: "Tất cả"}[code]
}

// stageOf is the agency's queue in which a document stands.
func (d *Incoming) stageOf(lines bool) string {
	switch d.State {
	case Arrived:
		return InTabArrivals
	case Refused:
		return InTabRefused
	case Recalled:
		return "recalled"
	case Done:
		return InTabDone
	}
	switch {
	case d.TwinDecision == TwinLink:
		return "linked"
	case lines:
		return InTabHandling
	case d.SubmittedTo != 0:
		return InTabToDirect
	}
	return InTabToSubmit
}
