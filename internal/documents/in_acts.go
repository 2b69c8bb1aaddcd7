package documents

import (
	"context"

	"congvu/internal/store"
)

// InAct is one thing an actor may do with an incoming document now. Line is 0 for acts on the document.
type InAct struct {
	Code string // register, refuse, cancel_registration, submit, return_to_registry, direct, forward_by_rule, conclude, comment; of a line: forward, hand_over, start, complete, return, recall
	Line int64
	Name string // Vietnamese, for the button
}

var actNames = map[string]string{
	"register": "Tiếp nhận, vào sổ", "refuse": "Từ chối tiếp nhận", "cancel_registration": "Hủy đăng ký", "submit": "Trình lãnh đạo",
	"return_to_registry": "Trả lại văn thư", "direct": "Cho ý kiến chỉ đạo", "forward_by_rule": "Chuyển theo quy chế", "conclude": "Kết thúc, không xử lý",
	"agree_request": "Đồng ý yêu cầu của nơi gửi", "decline_request": "Từ chối yêu cầu của nơi gửi",
	"comment": "Ghi ý kiến", "prepare": "Chuẩn bị ý kiến chỉ đạo", "reopen": "Mở lại", "extend": "Xin gia hạn", "chase": "Đôn đốc", "forward": "Chuyển tiếp", "hand_over": "Bàn giao", "start": "Bắt đầu xử lý", "complete": "Hoàn thành", "return": "Trả lại", "recall": "Rút lại",
}

// ActsIncoming lists what the actor may do with a document now, from the tables that the acts themselves obey.
func ActsIncoming(ctx context.Context, r store.Reader, a store.Actor, id int64) ([]InAct, error) {
	d, err := FindIncoming(ctx, r, a, id)
	if err != nil {
		return nil, err
	}
	if frozen, err := FrozenBy(ctx, r, a.Agency, d.Ref()); err != nil || len(frozen) > 0 {
		return nil, err
	}
	all, err := linesOf(ctx, r, a.Agency, id)
	if err != nil {
		return nil, err
	}
	dirs, err := store.All[Directed](ctx, r, sqlDirections, a.Agency, id)
	if err != nil {
		return nil, err
	}
	acts, err := d.actsNow(ctx, r, a)
	if err != nil {
		return nil, err
	}
	byRule := map[int64]bool{}
	for _, dir := range dirs {
		byRule[dir.ID] = dir.ByRule != ""
	}
	open, err := commentsOpen(ctx, r, a, id)
	if err != nil {
		return nil, err
	}
	comments := open && d.State != Arrived && d.State != Refused && d.State != Recalled
	for i := range all {
		l := at{&all[i], d, all}
		if Holds(a, l.Line) {
			for _, act := range []lineAct{lineStart, lineForward, lineHandOver, lineComplete, lineReturn} {
				if l.State.allows(act) == nil && (act != lineStart || l.StartedAt == 0) {
					acts = append(acts, InAct{Code: string(act), Line: l.ID})
				}
			}
		}
		if Holds(a, l.Line) && l.running() && l.DueDate != "" {
			acts = append(acts, InAct{Code: "extend", Line: l.ID})
		}
		gave, err := l.gave(ctx, r, a, byRule[l.DirectionID])
		if err != nil {
			return nil, err
		}
		if l.running() && gave {
			acts = append(acts, InAct{Code: "chase", Line: l.ID})
		}
		if d.State != Done && l.State.allows(lineRecall) == nil && gave {
			acts = append(acts, InAct{Code: string(lineRecall), Line: l.ID})
		}
		comments = comments || a.Roles.Has(store.UnitHead) && (Holds(a, l.Line) || l.UnitID == HeadsUnit(a)) && l.State.allows(lineComment) == nil
	}
	if comments {
		acts = append(acts, InAct{Code: "comment"})
	}
	for i := range acts {
		acts[i].Name = actNames[acts[i].Code]
	}
	return acts, nil
}

// actsNow is acts with what the actor may do in another's name today.
func (d *Incoming) actsNow(ctx context.Context, r store.Reader, a store.Actor) ([]InAct, error) {
	may, err := directs(ctx, r, a, d, false)
	if err != nil {
		return nil, err
	}
	prepares, err := prepares(ctx, r, a, d)
	return d.acts(a, may, prepares), err
}

// acts lists what may be done with the document itself.
func (d *Incoming) acts(a store.Actor, directs, prepares bool) []InAct {
	var out []InAct
	offer := func(may bool, code string) {
		if may {
			out = append(out, InAct{Code: code})
		}
	}
	changes := func(act receiptAct) bool {
		next, err := d.State.after(act)
		return err == nil && next != d.State
	}
	clerk := KeepsRegisters(a)
	linked := d.TwinDecision == TwinLink
	_, assignable := d.State.after(actAssign)
	offer(clerk && changes(actRegister), "register")
	offer(clerk && changes(actRefuse) && d.Source != FromPaper, "refuse")
	offer(clerk && (d.Stage == InTabToSubmit || d.Stage == InTabToDirect), "submit")
	offer(clerk && assignable == nil && !linked && d.State != Done, "forward_by_rule")
	offer(clerk && changes(actCancel) && d.Stage == InTabToSubmit && d.Source != FromPaper, "cancel_registration")
	offer(directs && assignable == nil && !linked, "direct")
	offer(prepares && assignable == nil && !linked && d.State != Done, "prepare")
	offer((directs || clerk) && d.State == Done && !linked && d.DoneAt != 0, "reopen")
	offer(directs && d.Stage == InTabToDirect && d.State == Registered, "return_to_registry")
	offer((directs || clerk) && d.State == Registered && !linked, "conclude")
	offer(d.PendingRequest != "" && MayAgree(a), "agree_request")
	offer(d.PendingRequest != "" && MayDecline(a), "decline_request")
	return out
}
