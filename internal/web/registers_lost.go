package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"congvu/internal/documents"
	"congvu/internal/store"
)

// lostNumbers: GET, POST /registers/{id}/lost: the numbers that a restore has lost, what became of each, and the act of voiding them.
func (d *Door) lostNumbers(w http.ResponseWriter, r *http.Request) error {
	b, err := d.keptBook(r)
	if err != nil {
		return err
	}
	if r.Method == http.MethodPost {
		return d.voidLost(w, r, b)
	}
	return d.showLost(w, r, 0, b, nil, nil)
}

func (d *Door) voidLost(w http.ResponseWriter, r *http.Request, b documents.Book) error {
	form, err := readForm(r)
	if err != nil {
		return err
	}
	from, to, reason := form.Number("first"), form.Number("last"), form.Line("reason")
	if form.Line("last") == "" { // one number only
		to = from
	}
	if err = form.Err(); err == nil {
		var n int64
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) (err error) {
			n, err = documents.VoidLost(r.Context(), tx, b.ID, from, to, reason)
			return err
		})
		if err == nil {
			d.flashNext(w, done("Đã bỏ {n} số thiếu của sổ.", "n", n))
			return redirect(w, r, bookAddress(b, "lost"))
		}
	}
	if errs, ok := asErrors(r.Context(), err); ok {
		return d.showLost(w, r, http.StatusUnprocessableEntity, b, form, errs)
	}
	return err
}

func (d *Door) showLost(w http.ResponseWriter, r *http.Request, status int, b documents.Book, form *Form, errs Errors) error {
	ctx := r.Context()
	all, err := documents.LostNumbers(ctx, d.DB, actor(r), b.ID)
	if err != nil {
		return err
	}
	missing, err := documents.Fenced(ctx, d.DB, b)
	if err != nil {
		return err
	}
	v := lostView{book: b, runs: lostRuns(all), missing: missing, form: form, errs: errs, clerk: documents.KeepsRegisters(actor(r)), reads: documents.SeesAll(actor(r))}
	v.enters = v.clerk && b.Kind != documents.BookCopies && (b.Kind == documents.BookSecret || b.Direction == documents.OutgoingBook)
	return d.page(w, r, View{Title: t(ctx, "Số thiếu sau khôi phục"), Active: "registers", Status: status}, lostPage(v))
}

// lostView is what a restore has made a register forget.
type lostView struct {
	book          documents.Book
	runs          []lostRun
	missing       int64
	form          *Form // refused
	errs          Errors
	clerk, enters bool // enters: what is missing may be entered by hand
	reads         bool // an administrator keeps registers without reading them
}

// lostRun is numbers one after another of which the same is known.
type lostRun struct {
	documents.LostNumber
	last int64
}

// lostRuns puts together what needs one line only: a fortnight of a busy register is thousands of numbers.
func lostRuns(all []documents.LostNumber) (out []lostRun) {
	for _, l := range all {
		if n := len(out) - 1; n >= 0 && l.Title+l.Ref+out[n].Title+out[n].Ref == "" && out[n].last+1 == l.Number && out[n].State == l.State && out[n].Reason == l.Reason && out[n].PersonName == l.PersonName {
			out[n].last = l.Number
			continue
		}
		out = append(out, lostRun{l, l.Number})
	}
	return out
}

func (l lostRun) numbers(ctx context.Context) string {
	first, last := strconv.FormatInt(l.Number, 10), strconv.FormatInt(l.last, 10)
	if l.Number == l.last {
		return first
	}
	return t(ctx, "{first} đến {last}", "first", first, "last", last)
}

// known says which document had the number.
func (l lostRun) known(ctx context.Context) string {
	switch {
	case l.Title != "" && l.Peer != "":
		return t(ctx, "{title}, nơi giữ văn bản: {peer}", "title", l.Title, "peer", l.Peer)
	case l.Title != "":
		return l.Title
	}
	return t(ctx, "Chưa rõ văn bản nào")
}

func (l lostRun) state(ctx context.Context) StateView {
	switch l.State {
	case documents.LostEntered:
		return StateView{t(ctx, "Đã nhập lại"), StateDone}
	case documents.LostVoid:
		return StateView{t(ctx, "Đã bỏ"), StateOff}
	}
	return StateView{t(ctx, "Còn thiếu"), StateWarning}
}

// ended says who has done it, when and why.
func (l lostRun) ended(ctx context.Context) string {
	switch l.State {
	case documents.LostEntered:
		return l.PersonName + ", " + DateTimeText(l.Ended.Time())
	case documents.LostVoid:
		return t(ctx, "{name}, {time}: {reason}", "name", l.PersonName, "time", DateTimeText(l.Ended.Time()), "reason", l.Reason)
	}
	return ""
}

func (v lostView) acts(ctx context.Context, l lostRun) []Action {
	if l.State != documents.LostMissing || !v.enters {
		return nil
	}
	n := strconv.FormatInt(l.Number, 10)
	return []Action{{Label: t(ctx, "Nhập lại số {number}", "number", n), Icon: "edit", Kind: Quiet, Href: bookAddress(v.book, "enter") + "&number=" + n}}
}

// how says what to do about the missing numbers of this register.
func (v lostView) how(ctx context.Context) string {
	switch {
	case v.book.Kind == documents.BookCopies:
		return t(ctx, "Bản sao cũ không lập lại được: bỏ từng số kèm lý do, rồi lập bản sao mới nếu còn cần.")
	case v.book.Kind == documents.BookSecret:
		return t(ctx, "Còn văn bản: văn thư bấm «Nhập lại» ở dòng của số đó. Không còn văn bản: bỏ số kèm lý do.")
	case v.book.Direction == documents.IncomingBook:
		return t(ctx, "Còn văn bản: văn thư tiếp nhận lại, và ghi số cũ vào ô «Số đến cũ» khi vào sổ. Không còn văn bản: bỏ số kèm lý do.")
	}
	return t(ctx, "Còn văn bản (bản giấy, bản nơi nhận đang giữ): văn thư bấm «Nhập lại» ở dòng của số đó. Không còn văn bản: bỏ số kèm lý do.")
}

// proposed are the first numbers of which nothing is known: those to void, if any are. A number whose document somebody has is not proposed.
func (v lostView) proposed() (first, last string) {
	for _, l := range v.runs {
		if l.State == documents.LostMissing && l.Title == "" {
			return strconv.FormatInt(l.Number, 10), strconv.FormatInt(l.last, 10)
		}
	}
	return "", ""
}

func (v lostView) actions(ctx context.Context) []Action {
	back := Action{Label: t(ctx, "Các sổ"), Icon: "arrow-left", Href: booksAddress(v.book.Direction, v.book.Year)}
	if !v.reads {
		return []Action{back}
	}
	return []Action{{Label: t(ctx, "Xem sổ"), Icon: "book", Href: bookAddress(v.book, "")}, back}
}

// askLost leads to the numbers that a restore has lost; a page of its own, not a dialog.
func askLost(ctx context.Context, b documents.Book, kind Kind) Action {
	return Action{Label: t(ctx, "Số thiếu sau khôi phục"), Icon: "alert-circle", Kind: kind, Href: bookAddress(b, "lost"), Describe: t(ctx, "Số thiếu sau khôi phục của {name}", "name", b.Name)}
}

// opens tells whether the number leads to a document of its own.
func (l lostRun) opens() bool {
	return l.State == documents.LostEntered && (strings.HasPrefix(l.Ref, "outgoing/") || strings.HasPrefix(l.Ref, "incoming/"))
}

func (v lostView) columns(ctx context.Context) []Column {
	out := []Column{{Label: t(ctx, "Số")}, {Label: t(ctx, "Văn bản")}, {Label: t(ctx, "Trạng thái")}}
	if v.enters && v.missing > 0 {
		out = append(out, Column{Label: t(ctx, "Thao tác"), HideLabel: true})
	}
	return out
}

// turn is how many were missing when the form was opened.
func (v lostView) turn() string {
	if n, err := strconv.ParseInt(v.form.shown("turn"), 10, 64); err == nil {
		return strconv.FormatInt(n, 10)
	}
	return strconv.FormatInt(v.missing, 10)
}

func (v lostView) id(field string) string { return field + "-" + v.turn() }

// summary leads to the fields of this turn.
func (v lostView) summary() (out Errors) {
	for _, e := range v.errs {
		if e.Field != "" {
			e.Field = v.id(e.Field)
		}
		out = append(out, e)
	}
	return out
}
