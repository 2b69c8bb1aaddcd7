package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"congvu/internal/client"
	"congvu/internal/pades"
	"congvu/internal/store"
)

// farActs are the verbs that pass a document on, speak about it, or look behind it.
func farActs() []far {
	return []far{
		{"enter", "enter TỆP.json [--file TỆP.pdf]", "vào sổ tiếp nhận văn bản giấy từ tệp JSON", remoteEnter},
		{"twins", "twins REF", "văn bản đã có mà văn bản đến này trùng", remoteTwins},
		{"forward", "forward line/SỐ --lead ĐÍCH [--with ĐÍCH,…] [--inform ĐÍCH,…] [--due X] [--note X]", "giao tiếp cho đơn vị, người khác chủ trì", remoteForward},
		{"hand-over", "hand-over line/SỐ --lead ĐÍCH [--note X]", "chuyển hẳn dòng xử lý cho nơi khác", remoteHandOver},
		{"recall", "recall line/SỐ --reason X", "thu hồi dòng xử lý đã giao", remoteRecall},
		{"conclude", "conclude REF --result X", "kết thúc xử lý văn bản đến", remoteConclude},
		{"comment", "comment REF --text X", "ghi ý kiến vào văn bản đến hoặc dự thảo", remoteComment},
		{"revise", "revise REF TỆP.json", "sửa dự thảo từ tệp JSON", remoteRevise},
		{"upload", "upload REF --file TỆP.pdf", "thay văn bản chính của dự thảo bằng tệp PDF", remoteUpload},
		{"attach", "attach REF --file TỆP", "đính kèm một tệp", remoteAttach},
		{"cancel", "cancel REF --reason X", "hủy dự thảo, hủy số hoặc hủy đăng ký", remoteCancel},
		{"answers", "answers delivery/SỐ", "các trạng thái nơi nhận đã trả về", remoteAnswers},
		{"resend", "resend delivery/SỐ", "gửi lại cho một nơi nhận", remoteResend},
		{"timeline", "timeline REF", "lịch sử của một văn bản", remoteTimeline},
		{"acts", "acts REF", "việc tôi được làm với văn bản này", remoteActs},
		{"verify", "verify TỆP.pdf", "kiểm tra chữ ký số theo kho chứng thư của máy chủ", remoteVerify},
		{"staff", "staff", "người và vị trí trong cơ quan", remoteStaff},
		{"units", "units", "đơn vị trong cơ quan", remoteUnits},
	}
}

// target reads unit/ID or post/ID.
func target(text string) (client.Target, error) {
	kind, _, _ := strings.Cut(text, "/")
	id, err := idOf(text, kind)
	switch {
	case err == nil && kind == "unit":
		return client.Target{Unit: id}, nil
	case err == nil && kind == "post":
		return client.Target{Post: id}, nil
	}
	return client.Target{}, badUsage("đích là unit/MÃ hoặc post/MÃ")
}

// targets reads unit/ID and post/ID, separated by commas; none is none.
func targets(text string) (all []client.Target, err error) {
	for _, one := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' }) {
		t, err := target(one)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

// directing reads a direction from the options.
func (r *remoteCall) directing() (form client.Directing, err error) {
	form = client.Directing{Opinion: r.o.opinion, ByRule: r.o.byRule}
	lead, err := target(r.o.lead)
	if err != nil {
		return form, err
	}
	form.Leads = []client.Target{lead}
	if form.Coordinators, err = targets(r.o.with); err != nil {
		return form, err
	}
	if form.Informed, err = targets(r.o.inform); err != nil {
		return form, err
	}
	form.Due, form.DueDays, err = r.due()
	return form, err
}

// forwarding reads to whom a line goes on.
func (r *remoteCall) forwarding() (client.Forwarding, error) {
	f, err := r.directing()
	form := client.Forwarding{Coordinators: f.Coordinators, Informed: f.Informed, Note: r.o.note, Due: f.Due, DueDays: f.DueDays}
	if err == nil {
		form.Lead = &f.Leads[0]
	}
	return form, err
}

// need complains about an option that was left out, before anything is sent.
func need(name, value string) error {
	if strings.TrimSpace(value) == "" {
		return badUsage("cần --" + name)
	}
	return nil
}

// outgoing tells whether the document named is an outgoing one; a bare number is an incoming one.
func (r *remoteCall) outgoing() bool {
	return len(r.args) > 0 && strings.HasPrefix(r.args[0], "outgoing/")
}

// document reads the first argument as incoming/ID or outgoing/ID.
func (r *remoteCall) document() (kind string, id client.ID, err error) {
	kind = "incoming"
	if r.outgoing() {
		kind = "outgoing"
	}
	id, err = r.ref(kind)
	return kind, id, err
}

// readForm reads a JSON file, or the input for "-", into a form; an unknown field is refused, it would be silently lost otherwise.
func (r *remoteCall) readForm(name, what string, form any) error {
	var text []byte
	var err error
	if name == "-" {
		text, err = io.ReadAll(io.LimitReader(r.in, 1<<20))
	} else {
		text, err = readBounded(name, 1<<20)
	}
	if err != nil {
		return err
	}
	dec := json.NewDecoder(strings.NewReader(string(text)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(form); err != nil {
		return badUsage(fmt.Sprintf("tệp %s không phải %s đúng quy cách: %v", name, what, err))
	}
	return nil
}

// withFile opens a file for an upload.
func withFile(name string, send func(base string, f io.Reader) error) error {
	f, err := os.Open(name)
	if err != nil {
		return store.Because(store.Refuse(store.NotFound, "Không mở được tệp {name}.", "name", name), err)
	}
	defer f.Close()
	return send(filepath.Base(name), f)
}

func remoteEnter(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 1 {
		return badUsage("cần một tệp JSON: congvu remote enter TỆP.json")
	}
	var form client.IncomingEntry
	if err := r.readForm(r.args[0], "văn bản giấy", &form); err != nil {
		return err
	}
	d, err := r.Enter(ctx, form)
	if err != nil {
		return err
	}
	if r.o.file != "" {
		err = withFile(r.o.file, func(name string, f io.Reader) error {
			_, err := r.AddIncomingFile(ctx, d.ID, name, f)
			return err
		})
		if err != nil {
			fmt.Fprintf(r.err, "Văn bản incoming/%s đã được ghi, nhưng chưa có tệp.\n", d.ID)
			return err
		}
	}
	return r.show(d, func(out io.Writer) {
		fmt.Fprintf(out, "incoming/%s  %s  %s  %s  [%s]\n", d.ID, orDash(d.Code), d.SenderName, d.Subject, d.StateLabel)
	})
}

func remoteTwins(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("incoming")
	if err != nil {
		return err
	}
	all, err := r.Twins(ctx, id)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, t := range all {
			fmt.Fprintf(out, "incoming/%s  số đến %d/%d  %s/%s  %s\n", t.ID, t.ArrivalNumber, t.ArrivalYear, t.Number, t.Notation, t.Subject)
		}
		if len(all) == 0 {
			fmt.Fprintln(out, "Không trùng văn bản nào.")
		}
	})
}

func remoteForward(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("line")
	if err != nil {
		return err
	}
	form, err := r.forwarding()
	if err != nil {
		return err
	}
	lines, err := r.Forward(ctx, id, form)
	if err != nil {
		return err
	}
	return r.show(lines, func(out io.Writer) { printLines(out, lines) })
}

func printLines(out io.Writer, lines []client.Line) {
	for _, l := range lines {
		fmt.Fprintf(out, "  line/%s  %s: %s  [%s]%s\n", l.ID, l.RoleLabel, l.HolderName, l.StateLabel, deadline(l.Due, false))
	}
}

func remoteHandOver(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("line")
	if err != nil {
		return err
	}
	to, err := target(r.o.lead)
	if err != nil {
		return err
	}
	l, err := r.HandOver(ctx, id, client.HandingOver{To: to, Note: r.o.note})
	if err != nil {
		return err
	}
	return r.show(l, func(out io.Writer) { printLines(out, []client.Line{l}) })
}

func remoteRecall(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("line")
	if err == nil {
		err = need("reason", r.o.reason)
	}
	if err != nil {
		return err
	}
	return r.finished(r.RecallLine(ctx, id, r.o.reason), "Đã thu hồi.")
}

func remoteConclude(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("incoming")
	if err == nil {
		err = need("result", r.o.result)
	}
	if err != nil {
		return err
	}
	return r.finished(r.Conclude(ctx, id, r.o.result), "Đã kết thúc xử lý.")
}

func remoteComment(ctx context.Context, r *remoteCall) error {
	kind, id, err := r.document()
	if err == nil {
		err = need("text", r.o.text)
	}
	if err != nil {
		return err
	}
	if kind == "outgoing" {
		return r.finished(r.Opine(ctx, id, r.o.text), "Đã ghi ý kiến.")
	}
	return r.finished(r.Comment(ctx, id, r.o.text), "Đã ghi ý kiến.")
}

// remoteRevise replaces what the draft says and lays it out anew.
func remoteRevise(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 2 {
		return badUsage("cần dự thảo và tệp JSON: congvu remote revise outgoing/SỐ TỆP.json")
	}
	id, err := idOf(r.args[0], "outgoing")
	if err != nil {
		return err
	}
	var form client.Draft
	if err := r.readForm(r.args[1], "dự thảo", &form); err != nil {
		return err
	}
	if _, err := r.Revise(ctx, id, form); err != nil {
		return err
	}
	o, err := r.Lay(ctx, id)
	if err != nil {
		return err
	}
	return r.show(o, func(out io.Writer) { printOutgoing(out, o) })
}

func remoteUpload(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("outgoing")
	if err == nil {
		err = need("file", r.o.file)
	}
	if err != nil {
		return err
	}
	o, err := uploadMain(ctx, r, id)
	if err != nil {
		return err
	}
	return r.show(o, func(out io.Writer) { printOutgoing(out, o) })
}

func remoteAttach(ctx context.Context, r *remoteCall) error {
	kind, id, err := r.document()
	if err == nil {
		err = need("file", r.o.file)
	}
	if err != nil {
		return err
	}
	var kept client.File
	err = withFile(r.o.file, func(name string, f io.Reader) (err error) {
		if kind == "outgoing" {
			kept, err = r.Attach(ctx, id, name, f)
		} else {
			kept, err = r.AddIncomingFile(ctx, id, name, f)
		}
		return err
	})
	if err != nil {
		return err
	}
	return r.show(kept, func(out io.Writer) { printFiles(out, []client.File{kept}) })
}

func remoteCancel(ctx context.Context, r *remoteCall) error {
	kind, id, err := r.document()
	if err == nil {
		err = need("reason", r.o.reason)
	}
	if err != nil {
		return err
	}
	if kind == "outgoing" {
		return r.finished(r.Cancel(ctx, id, r.o.reason), "Đã hủy; số đã cấp (nếu có) được giữ trong sổ là số hủy.")
	}
	return r.finished(r.CancelRegistration(ctx, id, r.o.reason), "Đã hủy đăng ký; số đến được giữ trong sổ là số hủy.")
}

func remoteAnswers(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("delivery")
	if err != nil {
		return err
	}
	all, err := r.Answers(ctx, id)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, a := range all {
			fmt.Fprintf(out, "%s  %s  %s  %s\n", a.Code, a.StatedAt.Format("2006-01-02 15:04"), orDash(a.By), a.Description)
		}
		if len(all) == 0 {
			fmt.Fprintln(out, "Nơi nhận chưa trả lời.")
		}
	})
}

func remoteResend(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("delivery")
	if err != nil {
		return err
	}
	return r.finished(r.Resend(ctx, id), "Đã xếp hàng gửi lại.")
}

func remoteTimeline(ctx context.Context, r *remoteCall) error {
	kind, id, err := r.document()
	if err != nil {
		return err
	}
	read := r.IncomingTimeline
	if kind == "outgoing" {
		read = r.OutgoingTimeline
	}
	steps, err := read(ctx, id)
	if err != nil {
		return err
	}
	return r.show(steps, func(out io.Writer) { printSteps(out, steps) })
}

func remoteActs(ctx context.Context, r *remoteCall) error {
	kind, id, err := r.document()
	if err != nil {
		return err
	}
	read := r.IncomingActs
	if kind == "outgoing" {
		read = r.OutgoingActs
	}
	all, err := read(ctx, id)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, a := range all {
			line := ""
			if a.Line != 0 {
				line = "  line/" + a.Line.String()
			}
			fmt.Fprintf(out, "%s%s%s\n", a.Code, after("  ", a.Label), line)
		}
		if len(all) == 0 {
			fmt.Fprintln(out, "Không có việc nào thuộc trách nhiệm của anh, chị ở bước này.")
		}
	})
}

// remoteVerify asks the server, which knows the anchors its office believes; its exit codes are those of congvu verify.
func remoteVerify(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 1 {
		return badUsage("cần đúng một tệp PDF: congvu remote verify TỆP.pdf")
	}
	var v client.Verification
	err := withFile(r.args[0], func(name string, f io.Reader) (err error) {
		v, err = r.Verify(ctx, name, f)
		return err
	})
	if err != nil {
		return err
	}
	err = r.show(v, func(out io.Writer) { printVerification(out, r.args[0], v) })
	if code := pades.Outcome(v.Outcome).ExitCode(); err == nil && code != 0 {
		return exit(code)
	}
	return err
}

func printVerification(out io.Writer, name string, v client.Verification) {
	fmt.Fprintf(out, "%s: %s\n  %s\n", name, strings.ToUpper(v.Title), v.Advice)
	for _, f := range v.Findings {
		fmt.Fprintf(out, "  - %s\n", f)
	}
	for i, s := range v.Signatures {
		fmt.Fprintf(out, "  %d. %s\n", i+1, s.Indication)
		for _, text := range s.Explanation {
			fmt.Fprintf(out, "     %s\n", text)
		}
	}
}

func remoteStaff(ctx context.Context, r *remoteCall) error {
	all, err := r.Staff(ctx)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, p := range all {
			fmt.Fprintf(out, "post/%s  %s, %s%s\n", p.ID, p.PersonName, p.Title, after(", ", p.UnitName))
		}
	})
}

func after(separator, s string) string {
	if s == "" {
		return ""
	}
	return separator + s
}

func remoteUnits(ctx context.Context, r *remoteCall) error {
	all, err := r.Units(ctx)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, u := range all {
			fmt.Fprintf(out, "unit/%s  %s%s\n", u.ID, u.Name, after("  ", u.Abbr))
		}
	})
}
