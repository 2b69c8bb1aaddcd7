package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"

	"congvu/internal/client"
)

// bookOptions are the options of the verbs about registers.
type bookOptions struct {
	from, till, until, on, volume, of, format, direction, group, row, outcome string
	first, last                                                               int64
	year, days, quantity                                                      int
}

func (r *remoteCall) bookFlags(line string) {
	for _, s := range []struct {
		into          *string
		name, meaning string
	}{{&r.books.from, "from", "từ ngày (năm-tháng-ngày)"}, {&r.books.till, "till", "đến hết ngày"}, {&r.books.until, "until", "giữ đến hết ngày"}, {&r.books.on, "on", "ngày; bỏ trống: hôm nay"},
		{&r.books.volume, "volume", "quyển số"}, {&r.books.of, "of", "follow_up: sổ theo dõi giải quyết văn bản đến"}, {&r.books.format, "format", "pdf, xlsx hoặc docx"},
		{&r.books.group, "group", "unit, person, type hoặc month"}, {&r.books.row, "row", "dòng của bảng số liệu"}, {&r.books.outcome, "outcome", "on_time, late, open, overdue hoặc cancelled"},
		{&r.books.direction, "direction", "outgoing hoặc incoming"}} {
		if takes(line, s.name) {
			r.fs.StringVar(s.into, s.name, "", s.meaning)
		}
	}
	if takes(line, "first") {
		r.fs.Int64Var(&r.books.first, "first", 0, "từ số")
		r.fs.Int64Var(&r.books.last, "last", 0, "đến hết số")
	}
	if takes(line, "year") {
		r.fs.IntVar(&r.books.year, "year", 0, "năm; bỏ trống: năm nay")
	}
	if takes(line, "days") {
		r.fs.IntVar(&r.books.days, "days", 0, "số ngày; bỏ trống: do người quyết định đặt")
	}
	if takes(line, "quantity") {
		r.fs.IntVar(&r.books.quantity, "quantity", 1, "số lượng bản")
	}
}

func (b bookOptions) span() client.Volume {
	return client.Volume{From: b.from, To: b.till, First: b.first, Last: b.last, Volume: b.volume, Of: b.of, Format: b.format}
}

// farRegisters are the verbs about registers, held numbers, secrets, paper and the books kept by hand.
func farRegisters() []far {
	return []far{
		{"registers", "registers [--direction X] [--year N]", "các sổ đăng ký của cơ quan", remoteRegisters},
		{"register-open", "register-open TỆP.json", "mở sổ với quy tắc đánh số trong tệp JSON", remoteRegisterOpen},
		{"register-change", "register-change register/SỐ TỆP.json", "sửa sổ; quy tắc đã cấp số được giữ nguyên", remoteRegisterChange},
		{"register-year", "register-year --year N", "mở sổ năm mới theo quy tắc của năm trước", remoteRegisterYear},
		{"register-close", "register-close register/SỐ --from NGÀY --reason X", "khóa sổ", remoteRegisterClose},
		{"register-lines", "register-lines register/SỐ [--from X] [--till X] [--first N] [--last N]", "các dòng của sổ", remoteRegisterLines},
		{"register-print", "register-print register/SỐ [--of X] [--format X] [--from X] [--till X] [--first N] [--last N] [--volume X] [--out TỆP]", "in sổ thành quyển", remoteRegisterPrint},
		{"register-correct", "register-correct register/SỐ TỆP.json", "ghi mục đính chính", remoteRegisterCorrect},
		{"reservations", "reservations register/SỐ", "các số đang giữ, đã dùng, đã bỏ", remoteReservations},
		{"number-reserve", "number-reserve register/SỐ --reason X [--until X] [--on X]", "giữ số tiếp theo; --on là ngày dự kiến của văn bản", remoteReserve},
		{"number-release", "number-release reservation/SỐ --reason X", "trả lại số đang giữ", remoteReleaseNumber},
		{"lost-numbers", "lost-numbers register/SỐ", "số thiếu sau khi khôi phục dữ liệu", remoteLostNumbers},
		{"lost-void", "lost-void register/SỐ --first N --last N --reason X", "bỏ các số thiếu sau khôi phục, có lý do", remoteLostVoid},
		{"secret", "secret TỆP.json", "vào sổ văn bản mật, chỉ lấy số", remoteSecret},
		{"secret-void", "secret-void secret/SỐ --reason X", "bỏ một số trong sổ văn bản mật", remoteSecretVoid},
		{"paper", "paper TỆP.json", "vào sổ văn bản giấy đã ký", remotePaper},
		{"postings", "postings [--from X] [--till X] [--format X] [--volume X] [--out TỆP]", "sổ gửi văn bản đi bưu điện; --format: in ra tệp", remotePostings},
		{"posting", "posting TỆP.json", "ghi bưu gửi", remotePosting},
		{"posting-void", "posting-void posting/SỐ --reason X", "gạch bỏ dòng bưu gửi ghi nhầm", remotePostingVoid},
		{"copy-uses", "copy-uses [--from X] [--till X] [--format X] [--volume X] [--out TỆP]", "sổ sử dụng bản lưu; --format: in ra tệp", remoteCopyUses},
		{"copy-lend", "copy-lend TỆP.json", "ghi người sử dụng bản lưu", remoteCopyLend},
		{"copy-return", "copy-return copy/SỐ [--on X]", "ghi ngày trả bản lưu", remoteCopyReturn},
	}
}

// formFrom reads the form in the last file named beside the options (- is the standard input).
func formFrom[T any](r *remoteCall) (form T, err error) {
	if len(r.args) == 0 {
		return form, badUsage("cần tệp JSON (- là đầu vào chuẩn)")
	}
	err = r.readForm(r.args[len(r.args)-1], "biểu mẫu", &form)
	return form, err
}

// bookAndFile reads register/ID, which a file follows.
func (r *remoteCall) bookAndFile() (client.ID, error) {
	if len(r.args) != 2 {
		return 0, badUsage("cần register/SỐ và một tệp JSON")
	}
	return idOf(r.args[0], "register")
}

func remoteRegisters(ctx context.Context, r *remoteCall) error {
	directions := []string{"outgoing", "incoming"}
	if r.books.direction != "" {
		directions = []string{r.books.direction}
	}
	all := []client.Register{}
	for _, d := range directions {
		books, err := r.Registers(ctx, d, r.books.year)
		if err != nil {
			return err
		}
		all = append(all, books...)
	}
	return r.show(all, func(out io.Writer) {
		for _, b := range all {
			writeRegister(out, b)
		}
		if len(all) == 0 {
			fmt.Fprintln(out, "Cơ quan chưa mở sổ nào của năm này; sổ chung tự mở khi lấy số đầu tiên.")
		}
	})
}

func writeRegister(out io.Writer, b client.Register) {
	mark := ""
	if b.Default {
		mark = "  [sổ chung]"
	}
	if b.LockedOn != "" {
		mark += "  [khóa từ " + b.LockedOn + "]"
	}
	fmt.Fprintf(out, "register/%s  %d  %s  %s  %s%s\n", b.ID, b.Year, b.Direction, b.Kind, b.Name, mark)
}

func remoteRegisterOpen(ctx context.Context, r *remoteCall) error {
	form, err := formFrom[client.RegisterForm](r)
	if err != nil {
		return err
	}
	b, err := r.OpenRegister(ctx, form)
	if err != nil {
		return err
	}
	return r.show(b, func(out io.Writer) { writeRegister(out, b) })
}

func remoteRegisterChange(ctx context.Context, r *remoteCall) error {
	id, err := r.bookAndFile()
	if err != nil {
		return err
	}
	form, err := formFrom[client.RegisterForm](r)
	if err != nil {
		return err
	}
	b, err := r.ChangeRegister(ctx, id, form)
	if err != nil {
		return err
	}
	return r.show(b, func(out io.Writer) { writeRegister(out, b) })
}

func remoteRegisterYear(ctx context.Context, r *remoteCall) error {
	books, err := r.OpenYear(ctx, r.books.year)
	if err != nil {
		return err
	}
	return r.show(books, func(out io.Writer) {
		for _, b := range books {
			writeRegister(out, b)
		}
	})
}

func remoteRegisterClose(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("register")
	if err == nil {
		err = need("from", r.books.from)
	}
	if err == nil {
		err = need("reason", r.o.reason)
	}
	if err != nil {
		return err
	}
	return r.finished(r.CloseRegister(ctx, id, client.ClosingRegister{From: r.books.from, Reason: r.o.reason}), "Đã khóa sổ từ ngày "+r.books.from+".")
}

func remoteRegisterLines(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("register")
	if err != nil {
		return err
	}
	all, err := r.RegisterLines(ctx, id, r.books.span())
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, l := range all.Lines {
			mark := ""
			switch {
			case l.Void:
				mark = "  [bỏ]"
			case l.Held:
				mark = "  [giữ reservation/" + l.Reservation.String() + "]"
			}
			fmt.Fprintf(out, "%02d%s  %s  %s%s\n", l.Number, l.Suffix, orDash(l.Ref), strings.Join(strings.Fields(strings.Join(l.Cells, " | ")), " "), mark)
		}
	})
}

func remoteRegisterPrint(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("register")
	if err != nil {
		return err
	}
	return r.save(id, func(to io.Writer) (string, error) { return r.ExportRegister(ctx, id, r.books.span(), to) })
}

func remoteRegisterCorrect(ctx context.Context, r *remoteCall) error {
	id, err := r.bookAndFile()
	if err != nil {
		return err
	}
	form, err := formFrom[client.CorrectingEntry](r)
	if err != nil {
		return err
	}
	return r.finished(r.CorrectEntry(ctx, id, form), "Đã ghi mục đính chính; nội dung cũ được giữ.")
}

func writeReservation(out io.Writer, v client.Reservation) {
	fmt.Fprintf(out, "reservation/%s  số %02d  %s  đến %s  %s  %s\n", v.ID, v.Number, v.State, v.Until, v.HeldBy, v.Reason)
}

func remoteReservations(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("register")
	if err != nil {
		return err
	}
	all, err := r.Reservations(ctx, id)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, v := range all {
			writeReservation(out, v)
		}
		if len(all) == 0 {
			fmt.Fprintln(out, "Sổ này chưa giữ số nào.")
		}
	})
}

func remoteReserve(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("register")
	if err == nil {
		err = need("reason", r.o.reason)
	}
	if err != nil {
		return err
	}
	v, err := r.Reserve(ctx, id, client.Reserving{Reason: r.o.reason, Until: r.books.until, ForDate: r.books.on})
	if err != nil {
		return err
	}
	return r.show(v, func(out io.Writer) { writeReservation(out, v) })
}

func remoteReleaseNumber(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("reservation")
	if err == nil {
		err = need("reason", r.o.reason)
	}
	if err != nil {
		return err
	}
	v, err := r.ReleaseNumber(ctx, id, r.o.reason)
	if err != nil {
		return err
	}
	return r.show(v, func(out io.Writer) { writeReservation(out, v) })
}

func remoteLostNumbers(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("register")
	if err != nil {
		return err
	}
	all, err := r.LostNumbers(ctx, id)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, l := range all {
			fmt.Fprintf(out, "%d\t%s\t%s\t%s\t%s\n", l.Number, lostState(l.State), orDash(l.Title), orDash(l.Peer), orDash(l.Reason))
		}
		if len(all) == 0 {
			fmt.Fprintln(out, "Sổ không thiếu số nào sau khôi phục.")
		}
	})
}

func lostState(state string) string {
	return cmp.Or(map[string]string{"missing": "còn thiếu", "entered": "đã nhập lại", "void": "đã bỏ"}[state], state)
}

func remoteLostVoid(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("register")
	if err == nil {
		err = need("reason", r.o.reason)
	}
	if err == nil && r.books.first == 0 {
		err = need("first", "")
	}
	if err != nil {
		return err
	}
	if err := r.VoidLost(ctx, id, client.VoidingLost{First: r.books.first, Last: max(r.books.last, r.books.first), Reason: r.o.reason}); err != nil {
		return err
	}
	return r.show(map[string]bool{"void": true}, func(out io.Writer) { fmt.Fprintln(out, "Đã bỏ các số thiếu của sổ.") })
}

func remoteSecret(ctx context.Context, r *remoteCall) error {
	form, err := formFrom[client.SecretForm](r)
	if err != nil {
		return err
	}
	s, err := r.EnterSecret(ctx, form)
	if err != nil {
		return err
	}
	return r.show(s, func(out io.Writer) {
		fmt.Fprintf(out, "secret/%s  số %02d năm %d  %s\n", s.ID, s.Number, s.Year, s.Party)
	})
}

func remoteSecretVoid(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("secret")
	if err == nil {
		err = need("reason", r.o.reason)
	}
	if err != nil {
		return err
	}
	return r.finished(r.VoidSecret(ctx, id, r.o.reason), "Đã bỏ số; dòng được giữ trong sổ.")
}

func remotePaper(ctx context.Context, r *remoteCall) error {
	form, err := formFrom[client.PaperForm](r)
	if err != nil {
		return err
	}
	o, err := r.EnterPaper(ctx, form)
	if err != nil {
		return err
	}
	return r.show(o, func(out io.Writer) { fmt.Fprintf(out, "outgoing/%s  %s\n", o.ID, o.NumberText) })
}

// book shows one of the books kept by hand, or saves it in a format.
func (r *remoteCall) book(ctx context.Context, name string, list func() error) error {
	if r.books.format == "" {
		return list()
	}
	return r.save(0, func(to io.Writer) (string, error) { return r.ExportBook(ctx, name, r.books.span(), to) })
}

func remotePostings(ctx context.Context, r *remoteCall) error {
	return r.book(ctx, "postings", func() error {
		all, err := r.Postings(ctx, r.books.span())
		if err != nil {
			return err
		}
		return r.show(all, func(out io.Writer) {
			for _, v := range all {
				fmt.Fprintf(out, "posting/%s  %s  %s  %s  %d bì  %s%s\n", v.ID, v.SentOn, v.Code, v.Receiver, v.Envelopes, orDash(v.Postmark), after("  [bỏ] ", v.VoidReason))
			}
			if len(all) == 0 {
				fmt.Fprintln(out, "Chưa ghi bưu gửi nào.")
			}
		})
	})
}

func remotePosting(ctx context.Context, r *remoteCall) error {
	form, err := formFrom[client.PostingForm](r)
	if err != nil {
		return err
	}
	v, err := r.EnterPosting(ctx, form)
	if err != nil {
		return err
	}
	return r.show(v, func(out io.Writer) { fmt.Fprintf(out, "posting/%s  %s\n", v.ID, v.Code) })
}

func remotePostingVoid(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("posting")
	if err == nil {
		err = need("reason", r.o.reason)
	}
	if err != nil {
		return err
	}
	return r.finished(r.VoidPosting(ctx, id, r.o.reason), "Đã gạch bỏ dòng bưu gửi.")
}

func remoteCopyUses(ctx context.Context, r *remoteCall) error {
	return r.book(ctx, "copy-uses", func() error {
		all, err := r.CopyUses(ctx, r.books.span())
		if err != nil {
			return err
		}
		return r.show(all, func(out io.Writer) {
			for _, v := range all {
				fmt.Fprintf(out, "copy/%s  %s  %s  %s  trả: %s\n", v.ID, v.LentOn, v.User, v.Code, orDash(v.ReturnedOn))
			}
			if len(all) == 0 {
				fmt.Fprintln(out, "Chưa ghi ai sử dụng bản lưu.")
			}
		})
	})
}

func remoteCopyLend(ctx context.Context, r *remoteCall) error {
	form, err := formFrom[client.CopyUseForm](r)
	if err != nil {
		return err
	}
	v, err := r.LendCopy(ctx, form)
	if err != nil {
		return err
	}
	return r.show(v, func(out io.Writer) { fmt.Fprintf(out, "copy/%s  %s\n", v.ID, v.Code) })
}

func remoteCopyReturn(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("copy")
	if err != nil {
		return err
	}
	return r.finished(r.ReturnCopy(ctx, id, r.books.on), "Đã ghi ngày trả bản lưu.")
}
