package documents

import (
	"context"
	"errors"

	"congvu/internal/store"
)

// mostBulk is how many documents one order may concern (D10.16).
const mostBulk = 50

// What can be done with many received documents at once.
const (
	BulkRegister = "register"      // vào sổ
	BulkPass     = "register_pass" // vào sổ và chuyển theo quy tắc phân văn bản
	BulkSubmit   = "submit"
	BulkDirect   = "direct"
	BulkForward  = "forward"
	BulkComplete = "complete"
	BulkRead     = "read"
	BulkAside    = "conclude" // xếp lưu, không xử lý
	BulkChase    = "chase"    // đôn đốc nơi đã giao
)

// BulkActs lists them with their Vietnamese names, in the order of the bar.
var BulkActs = []struct{ Code, Name string }{{BulkRegister, "Vào sổ"}, {BulkPass, "Vào sổ và chuyển theo quy tắc"}, {BulkSubmit, "Trình lãnh đạo"}, {BulkDirect, "Cho ý kiến chỉ đạo"},
	{BulkForward, "Chuyển tiếp"}, {BulkComplete, "Hoàn thành"}, {BulkRead, "Đánh dấu đã đọc"}, {BulkAside, "Xếp lưu, không xử lý"},
	{BulkChase, "Đôn đốc"}}

// BulkItem is a document, with its line for acts of a line.
type BulkItem struct{ ID, Line int64 }

// BulkForm is one order upon many documents.
type BulkForm struct {
	Act       string
	Items     []BulkItem
	To        int64 // submit
	Note      string
	Direction Direction   // direct
	Forward   ForwardForm // forward
	Result    string      // complete, conclude
}

// BulkRow tells what became of one document.
type BulkRow struct {
	BulkItem
	Name string // "12/BC-UBND – trích yếu"
	Done bool
	Said store.Message // what was done, or why not
}

// bulkAct does one row in its own transaction and says what was done.
type bulkAct func(ctx context.Context, tx *store.Tx, f *BulkForm, i BulkItem) (store.Message, error)

var bulkActs = map[string]bulkAct{
	BulkRegister: func(ctx context.Context, tx *store.Tx, _ *BulkForm, i BulkItem) (store.Message, error) {
		reg, err := Register(ctx, tx, i.ID, RegisterForm{})
		if err != nil {
			return store.Message{}, err
		}
		if reg.Already {
			return store.Message{}, store.Refuse(store.Conflict, "Văn bản {code} đã được vào sổ trước đó, số đến {number}. Chưa có gì thay đổi; hãy mở văn bản để trình hoặc chuyển tiếp.",
				"code", reg.Incoming.name(), "number", itoa(reg.Incoming.ArrivalNumber))
		}
		return store.Say("Đã vào sổ, số đến {number}", "number", itoa(reg.Incoming.ArrivalNumber)), nil
	},
	BulkPass: func(ctx context.Context, tx *store.Tx, _ *BulkForm, i BulkItem) (store.Message, error) {
		p, err := Propose(ctx, tx, tx.Actor(), i.ID)
		if err != nil {
			return store.Message{}, err
		}
		pass, err := p.passing()
		if err != nil {
			return store.Message{}, err
		}
		reg, err := RegisterAndPass(ctx, tx, i.ID, RegisterForm{}, pass)
		if err != nil {
			return store.Message{}, err
		}
		if pass.Direct != nil {
			return store.Say("Đã vào sổ, số đến {number}; chuyển {to} chủ trì", "number", itoa(reg.Incoming.ArrivalNumber), "to", p.Lead.Name), nil
		}
		return store.Say("Đã vào sổ, số đến {number}; trình {to}", "number", itoa(reg.Incoming.ArrivalNumber), "to", p.Leader.Name), nil
	},
	BulkSubmit: func(ctx context.Context, tx *store.Tx, f *BulkForm, i BulkItem) (store.Message, error) {
		return store.Say("Đã trình lãnh đạo"), SubmitToLeader(ctx, tx, i.ID, f.To, f.Note)
	},
	BulkDirect: func(ctx context.Context, tx *store.Tx, f *BulkForm, i BulkItem) (store.Message, error) {
		dir, err := Direct(ctx, tx, i.ID, f.Direction)
		if err != nil {
			return store.Message{}, err
		}
		if dir.DueDate != "" {
			return store.Say("Đã chuyển xử lý, hạn {due}", "due", dir.DueDate), nil
		}
		return store.Say("Đã chuyển xử lý"), nil
	},
	BulkForward: func(ctx context.Context, tx *store.Tx, f *BulkForm, i BulkItem) (store.Message, error) {
		_, err := Forward(ctx, tx, i.Line, f.Forward)
		return store.Say("Đã chuyển tiếp"), err
	},
	BulkComplete: func(ctx context.Context, tx *store.Tx, f *BulkForm, i BulkItem) (store.Message, error) {
		return store.Say("Đã hoàn thành"), Complete(ctx, tx, i.Line, CompleteForm{Result: f.Result})
	},
	BulkChase: func(ctx context.Context, tx *store.Tx, f *BulkForm, i BulkItem) (store.Message, error) {
		return store.Say("Đã đôn đốc"), ChaseLine(ctx, tx, i.Line, f.Note)
	},
	BulkAside: func(ctx context.Context, tx *store.Tx, f *BulkForm, i BulkItem) (store.Message, error) {
		before, err := FindIncoming(ctx, tx, tx.Actor(), i.ID)
		if err == nil && before.State == Done {
			err = store.Refuse(store.Conflict, "Văn bản này đã kết thúc từ trước. Chưa có gì thay đổi.")
		}
		if err == nil {
			err = Conclude(ctx, tx, i.ID, f.Result)
		}
		return store.Say("Đã xếp lưu, không xử lý"), err
	},
}

// Bulk does one act upon up to fifty documents, each in its own transaction with its own result: one refused document holds up no other.
// A row that would change nothing is refused, never reported as done (N7). When ctx ends, the rest is reported as not done.
func Bulk(ctx context.Context, db *store.DB, a store.Actor, f BulkForm) ([]BulkRow, error) {
	do, known := bulkActs[f.Act]
	if !known && f.Act != BulkRead {
		return nil, store.RefuseField("act", "Không có thao tác hàng loạt này.")
	}
	if n := len(f.Items); n == 0 || n > mostBulk {
		return nil, store.RefuseField("pick", "Hãy chọn từ 1 đến {limit} văn bản (đang chọn {n}). Chưa có gì thay đổi.", "limit", mostBulk, "n", n)
	}
	rows, seen := make([]BulkRow, 0, len(f.Items)), map[BulkItem]bool{}
	for _, i := range f.Items {
		if seen[i] {
			continue
		}
		seen[i] = true
		row := BulkRow{BulkItem: i}
		if d, err := FindIncoming(ctx, db, a, i.ID); err == nil {
			row.Name = d.Subject
			if c := d.Code(); c != "" {
				row.Name = c + " – " + d.Subject
			}
		}
		var err error
		if f.Act == BulkRead {
			row.Said, err = readOne(ctx, db, a, i.ID)
		} else {
			err = db.Write(ctx, a, func(tx *store.Tx) (err error) {
				g := f // an act may settle its form; the next row begins with the one that was sent
				row.Said, err = do(ctx, tx, &g, i)
				return err
			})
		}
		var refused *store.Refusal
		switch {
		case err == nil:
			row.Done = true
		case errors.As(err, &refused):
			row.Said = refused.Problems[0].Message
		case ctx.Err() != nil:
			row.Said = store.Say("Chưa thực hiện: yêu cầu đã dừng giữa chừng. Văn bản được giữ nguyên.")
		default:
			return rows, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// readOne marks the actor's own unread lines of a document; a document without any is refused.
func readOne(ctx context.Context, db *store.DB, a store.Actor, id int64) (store.Message, error) {
	if _, err := FindIncoming(ctx, db, a, id); err != nil {
		return store.Message{}, err
	}
	n := int64(0)
	err := db.Keep(ctx, func(tx *store.Tx) (err error) {
		if a.For == 0 {
			n, err = tx.Exec(ctx, sqlReadLine, tx.Now(), a.Person, a.Agency, id, a.Holding, HeadsUnit(a))
		}
		return err
	})
	if err == nil && n == 0 {
		err = store.Refuse(store.Conflict, "Văn bản này không có phần việc chưa đọc của ông/bà. Chưa có gì thay đổi.")
	}
	return store.Say("Đã đánh dấu đã đọc"), err
}
