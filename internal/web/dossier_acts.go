package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"congvu/internal/dossiers"
	"congvu/internal/store"
)

// dossierAct is one act on a dossier while its form is open.
type dossierAct struct {
	d   *Door
	r   *http.Request
	ctx context.Context
	doc *dossiers.Dossier
}

// dossierActs gives every act its form. What may be done is the room's table; a sent form is judged by the room itself.
var dossierActs = map[string]func(dossierAct) (ActPage, error){
	"add": dossierAct.add, "attach": dossierAct.attach, "remove": dossierAct.remove, "arrange": dossierAct.arrange, "edit": dossierAct.edit, "close": dossierAct.close, "reopen": dossierAct.reopen,
	"share": dossierAct.share, "unshare": dossierAct.unshare, "hand-over": dossierAct.handOver, "submit": dossierAct.submit, "correct": dossierAct.correct, "freeze": dossierAct.freeze, "unfreeze": dossierAct.unfreeze,
	"destroy": dossierAct.destroy, "request": dossierAct.request, "notice": dossierAct.notice,
}

// actOnDossier: GET and POST /dossiers/{id}/<act>
func (d *Door) actOnDossier(w http.ResponseWriter, r *http.Request, code string) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	x := dossierAct{d: d, r: r, ctx: r.Context()}
	if x.doc, err = dossiers.FindDossier(x.ctx, d.DB, actor(r), id); err != nil {
		return err
	}
	if r.Method == http.MethodGet { // a sent form is judged by the room itself, so that nothing typed is lost
		if err := x.may(code); err != nil {
			return err
		}
	}
	p, err := dossierActs[code](x)
	if err != nil {
		return err
	}
	p.Active, p.Back, p.Lead = "dossiers", dossierAddress(id), orElse(p.Lead, x.doc.Code+" – "+x.doc.Title)
	return d.act(w, r, p)
}

// dossierForms name the act of the room behind the forms that are called otherwise.
var dossierForms = map[string]dossiers.Act{"attach": dossiers.ActAdd, "edit": dossiers.ActRevise, "unshare": dossiers.ActShare, "hand-over": dossiers.ActHandOver}

// may refuses the form of what the actor cannot do with the dossier now.
func (x dossierAct) may(code string) error {
	switch code {
	case "request":
		return x.doc.CheckRequest()
	case "notice":
		return x.doc.CheckNotice(actor(x.r))
	}
	act, ok := dossierForms[code]
	if !ok {
		act = dossiers.Act(code)
	}
	return x.doc.Check(actor(x.r), act)
}

// does runs one act of the room and says what was done.
func (x dossierAct) does(f func(tx *store.Tx) error, text string, pairs ...any) (flashed, string, error) {
	err := x.d.DB.Write(x.ctx, actor(x.r), f)
	return done(text, pairs...), "", err
}

// reasons is an act that asks one text under a name.
func (x dossierAct) reasons(title, submit, name, label string, kind Kind, prove bool, act func(ctx context.Context, tx *store.Tx, id int64, text string) error, said string) (ActPage, error) {
	return ActPage{Title: title, Submit: Action{Label: submit, Kind: kind},
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			out := []templ.Component{TextArea(fieldOf(f, errs, Field{Name: name, Label: label, MaxLength: 1000, Rows: 4}))}
			if prove {
				out = append(out, x.d.proofFields(x.r, errs)...)
			}
			return out, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			if prove {
				if err := x.d.prove(x.r, f); err != nil {
					return flashed{}, "", err
				}
			}
			return x.does(func(tx *store.Tx) error { return act(x.ctx, tx, x.doc.ID, f.Text(name)) }, said)
		}}, nil
}

func (x dossierAct) reopen() (ActPage, error) {
	return x.reasons(t(x.ctx, "Mở lại hồ sơ"), t(x.ctx, "Mở lại"), "reason", t(x.ctx, "Lý do"), Primary, false, dossiers.Reopen, "Hồ sơ đã được mở lại.")
}

func (x dossierAct) freeze() (ActPage, error) {
	return x.reasons(t(x.ctx, "Đóng băng hồ sơ"), t(x.ctx, "Đóng băng"), "order", t(x.ctx, "Yêu cầu của người có thẩm quyền"), DangerFinal, true, dossiers.Freeze, "Hồ sơ đã bị đóng băng.")
}

func (x dossierAct) unfreeze() (ActPage, error) {
	return x.reasons(t(x.ctx, "Gỡ đóng băng hồ sơ"), t(x.ctx, "Gỡ đóng băng"), "order", t(x.ctx, "Căn cứ"), Primary, true, dossiers.Unfreeze, "Hồ sơ không còn bị đóng băng.")
}

func (x dossierAct) destroy() (ActPage, error) {
	return x.reasons(t(x.ctx, "Hủy hồ sơ hết giá trị"), t(x.ctx, "Hủy hồ sơ"), "decision", t(x.ctx, "Quyết định hủy"), DangerFinal, true, dossiers.Destroy, "Hồ sơ đã được hủy theo quyết định. Mục lục và lịch sử vẫn được giữ.")
}

func (x dossierAct) request() (ActPage, error) {
	return x.reasons(t(x.ctx, "Yêu cầu sử dụng hồ sơ"), t(x.ctx, "Gửi yêu cầu"), "reason", t(x.ctx, "Mục đích sử dụng"), Primary, false, dossiers.AskFor, "Yêu cầu đã gửi tới lưu trữ.")
}

func (x dossierAct) notice() (ActPage, error) {
	return x.reasons(t(x.ctx, "Thông báo nộp lưu"), t(x.ctx, "Thông báo"), "note", t(x.ctx, "Nội dung"), Primary, false, func(ctx context.Context, tx *store.Tx, id int64, text string) error {
		return dossiers.Ask(ctx, tx, []int64{id}, text)
	}, "Đã thông báo cho người lập hồ sơ.")
}

func (x dossierAct) arrange() (ActPage, error) {
	return ActPage{Title: t(x.ctx, "Sắp xếp theo thời gian"), Submit: Action{Label: t(x.ctx, "Sắp xếp"), Kind: Primary}, Fields: noFields, Do: func(*Form) (flashed, string, error) {
		return x.does(func(tx *store.Tx) error { return dossiers.Arrange(x.ctx, tx, x.doc.ID, nil) }, "Đã sắp xếp văn bản theo thời gian.")
	}}, nil
}

func (x dossierAct) add() (ActPage, error) {
	ctx := x.ctx
	return ActPage{Title: t(ctx, "Thêm văn bản vào hồ sơ"), Submit: Action{Label: t(ctx, "Thêm"), Kind: Primary}, Refused: t(ctx, "Có văn bản chưa thêm được"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{TextArea(fieldOf(f, errs, Field{Name: "refs", Label: t(ctx, "Văn bản"), Hint: t(ctx, "Mỗi dòng một địa chỉ, ví dụ incoming/12 hoặc outgoing/3. Từ trang văn bản, dùng nút Đưa vào hồ sơ."), Rows: 6}))}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			refs := f.Lines("refs")
			if len(refs) == 0 || len(refs) > 200 {
				return flashed{}, "", store.RefuseField("refs", "Ghi từ 1 đến {limit} văn bản.", "limit", 200)
			}
			var p store.Problems
			added := 0
			for _, placed := range dossiers.AddMany(ctx, x.d.DB, actor(x.r), x.doc.ID, refs) {
				if errs, ok := asErrors(ctx, placed.Err); ok {
					p.Add("refs", "{ref}: {reason}", "ref", placed.Ref, "reason", errs[0].Message)
				} else if placed.Err != nil {
					p.Add("refs", "{ref}: {reason}", "ref", placed.Ref, "reason", refusalText(ctx, placed.Err))
				} else {
					added++
				}
			}
			return done("Đã thêm {count} văn bản vào hồ sơ.", "count", added), "", p.Err()
		}}, nil
}

// refusalText is what a refusal of any kind says.
func refusalText(ctx context.Context, err error) string {
	if refused, ok := err.(*store.Refusal); ok {
		return sentences(ctx, refused)
	}
	return t(ctx, "Hệ thống gặp lỗi, chưa thực hiện được.")
}

func (x dossierAct) attach() (ActPage, error) {
	ctx := x.ctx
	var mediums []Option
	for _, m := range dossiers.Mediums {
		mediums = append(mediums, Option{Value: m.Code, Label: translate(ctx, m.Label, nil)})
	}
	return ActPage{Title: t(ctx, "Thêm ảnh, ghi âm, bản số hóa"), Submit: Action{Label: t(ctx, "Thêm tệp"), Kind: Primary}, Refused: t(ctx, "Chưa thêm được tệp"), Files: true,
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{FileField(Field{Name: "file", Label: t(ctx, "Tệp"), Error: errs.Of("file")}, FileView{}),
				TextField(fieldOf(f, errs, Field{Name: "title", Label: t(ctx, "Tên tài liệu"), MaxLength: 1000})), SelectField(Field{Name: "medium", Label: t(ctx, "Loại tài liệu"), Error: errs.Of("medium")}, Choose(mediums, f.shown("medium"))),
				DateField(fieldOf(f, errs, Field{Name: "date", Label: t(ctx, "Ngày của tài liệu"), Optional: true})), TextField(fieldOf(f, errs, Field{Name: "author", Label: t(ctx, "Tác giả"), Optional: true, MaxLength: 500})),
				TextField(fieldOf(f, errs, Field{Name: "note", Label: t(ctx, "Ghi chú"), Optional: true, MaxLength: 500}))}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			form := dossiers.FileForm{Title: f.Line("title"), Medium: f.Line("medium"), Date: f.Date("date"), Author: f.Line("author"), Note: f.Line("note")}
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			part, head, err := x.r.FormFile("file")
			if err != nil {
				return flashed{}, "", store.RefuseField("file", "Chọn một tệp để thêm.")
			}
			defer part.Close()
			_, err = dossiers.Attach(ctx, x.d.Desk, actor(x.r), x.doc.ID, head.Filename, part, form)
			return done("Đã thêm tệp {name} vào hồ sơ.", "name", head.Filename), "", err
		}}, nil
}

func (x dossierAct) remove() (ActPage, error) {
	ctx := x.ctx
	return ActPage{Title: t(ctx, "Đưa văn bản ra khỏi hồ sơ"), Submit: Action{Label: t(ctx, "Đưa ra"), Kind: Danger},
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			item := x.r.URL.Query().Get("item")
			if f != nil {
				item = f.shown("item")
			}
			items, err := dossiers.Items(ctx, x.d.DB, actor(x.r), x.doc.ID)
			var options []Option
			for _, i := range items {
				options = append(options, Option{Value: fmt.Sprint(i.ID), Label: fmt.Sprintf("%d. %s %s", i.Ordinal, i.Code, shorten(i.Subject, 80))})
			}
			return []templ.Component{SelectField(Field{Name: "item", Label: t(ctx, "Văn bản"), Error: errs.Of("item")}, Choose(options, item)),
				TextArea(fieldOf(f, errs, Field{Name: "reason", Label: t(ctx, "Lý do"), MaxLength: 1000}))}, err
		},
		Do: func(f *Form) (flashed, string, error) {
			item := f.Number("item")
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			return x.does(func(tx *store.Tx) error { return dossiers.Remove(ctx, tx, x.doc.ID, item, f.Text("reason")) }, "Đã đưa văn bản ra khỏi hồ sơ.")
		}}, nil
}

func (x dossierAct) edit() (ActPage, error) {
	return ActPage{Title: t(x.ctx, "Sửa thông tin hồ sơ"), Submit: Action{Label: t(x.ctx, "Lưu"), Kind: Primary}, Guard: true,
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return dossierFields(x.ctx, f, errs, x.doc), nil
		},
		Do: func(f *Form) (flashed, string, error) {
			form := dossierForm(f)
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			return x.does(func(tx *store.Tx) error { return dossiers.Revise(x.ctx, tx, x.doc.ID, form) }, "Đã lưu thông tin hồ sơ.")
		}}, nil
}

// dossierForm reads the describing fields.
func dossierForm(f *Form) dossiers.OpenForm {
	form := dossiers.OpenForm{Title: f.Line("title"), Retention: retentionOf(f), Rights: f.Line("rights"), Language: f.Line("language"), Start: f.Date("start"), Keywords: f.Line("keywords"), Note: f.Text("note"), Revision: f.Number("revision")}
	for _, l := range f.Lines("extra") {
		name, value, _ := strings.Cut(l, ":")
		form.Extra = append(form.Extra, dossiers.Field{Name: strings.TrimSpace(name), Value: strings.TrimSpace(value)})
	}
	return form
}

func extraLines(all []dossiers.Field) string {
	var out []string
	for _, x := range all {
		out = append(out, x.Name+": "+x.Value)
	}
	return strings.Join(out, "\n")
}

func (x dossierAct) close() (ActPage, error) {
	ctx := x.ctx
	found, err := dossiers.Findings(ctx, x.d.DB, actor(x.r), x.doc.ID)
	if err != nil {
		return ActPage{}, err
	}
	return ActPage{Title: t(ctx, "Kết thúc hồ sơ"), Submit: Action{Label: t(ctx, "Kết thúc hồ sơ"), Kind: Primary}, Refused: t(ctx, "Chưa kết thúc được hồ sơ"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			var out []templ.Component
			warned := false
			for _, w := range found {
				tone := Warn
				if w.Stops {
					tone = Bad
				}
				warned = warned || !w.Stops
				out = append(out, Note(tone, say(ctx, w.Text)))
			}
			out = append(out, TextField(fieldOf(f, errs, Field{Name: "title", Label: t(ctx, "Tiêu đề chính thức"), Value: x.doc.Title, MaxLength: 1000})))
			out = append(out, retentionFields(ctx, f, errs, x.doc.Retention)...)
			out = append(out, TextArea(fieldOf(f, errs, Field{Name: "note", Label: t(ctx, "Đặc điểm tài liệu (tờ kết thúc)"), Optional: true, MaxLength: 2000})),
				CheckOne(Field{Name: "keep_order", Label: t(ctx, "Giữ thứ tự hiện tại, không xếp lại theo thời gian")}, f != nil && f.Yes("keep_order")))
			if warned {
				out = append(out, CheckOne(Field{Name: "accept", Label: t(ctx, "Tôi đã xem các cảnh báo trên và vẫn kết thúc hồ sơ")}, f != nil && f.Yes("accept")))
			}
			return out, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			form := dossiers.CloseForm{Title: f.Line("title"), Retention: retentionOf(f), Note: f.Text("note"), KeepOrder: f.Yes("keep_order"), Accept: f.Yes("accept")}
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			return x.does(func(tx *store.Tx) error { return dossiers.Close(ctx, tx, x.doc.ID, form) }, "Hồ sơ đã kết thúc.")
		}}, nil
}

func (x dossierAct) share() (ActPage, error) {
	ctx := x.ctx
	posts, err := x.d.postChoices(ctx, x.doc.AgencyID, t(ctx, "Không chọn người"))
	if err != nil {
		return ActPage{}, err
	}
	units, err := x.d.unitOptions(ctx, x.doc.AgencyID)
	if err != nil {
		return ActPage{}, err
	}
	units = slices.Concat([]Option{{Value: "0", Label: t(ctx, "Không chọn đơn vị")}}, units)
	return ActPage{Title: t(ctx, "Chia sẻ hồ sơ"), Submit: Action{Label: t(ctx, "Chia sẻ"), Kind: Primary},
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			level := "read"
			if f != nil {
				level = f.shown("level")
			}
			return []templ.Component{SelectField(Field{Name: "person", Label: t(ctx, "Người"), Error: errs.Of("person")}, Choose(posts, f.shown("person"))), SelectField(Field{Name: "unit", Label: t(ctx, "Hoặc đơn vị"), Error: errs.Of("unit")}, Choose(units, f.shown("unit"))),
				RadioField(Field{Name: "level", Label: t(ctx, "Quyền"), Error: errs.Of("level")}, Choose([]Option{{Value: "read", Label: t(ctx, "Xem")}, {Value: "work", Label: t(ctx, "Cùng lập hồ sơ")}}, level)),
				DateField(fieldOf(f, errs, Field{Name: "until", Label: t(ctx, "Đến hết ngày"), Optional: true})), TextField(fieldOf(f, errs, Field{Name: "reason", Label: t(ctx, "Lý do"), Optional: true, MaxLength: 500}))}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			person, unit, until := f.Number("person"), f.Number("unit"), f.Date("until")
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			return x.does(func(tx *store.Tx) error {
				return dossiers.ShareWith(ctx, tx, x.doc.ID, person, unit, f.Line("level"), f.Line("reason"), until)
			}, "Đã chia sẻ hồ sơ.")
		}}, nil
}

func (x dossierAct) unshare() (ActPage, error) {
	share := x.r.URL.Query().Get("share")
	return ActPage{Title: t(x.ctx, "Ngừng chia sẻ hồ sơ"), Submit: Action{Label: t(x.ctx, "Ngừng chia sẻ"), Kind: Danger},
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{hiddenField("share", share)}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			id := f.Number("share")
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			return x.does(func(tx *store.Tx) error { return dossiers.Unshare(x.ctx, tx, x.doc.ID, id) }, "Đã ngừng chia sẻ.")
		}}, nil
}

func (x dossierAct) handOver() (ActPage, error) {
	ctx := x.ctx
	posts, err := x.d.postChoices(ctx, x.doc.AgencyID, "")
	return ActPage{Title: t(ctx, "Bàn giao hồ sơ"), Submit: Action{Label: t(ctx, "Bàn giao"), Kind: Primary},
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{SelectField(Field{Name: "person", Label: t(ctx, "Người nhận"), Error: errs.Of("person")}, Choose(posts, f.shown("person"))), TextField(fieldOf(f, errs, Field{Name: "note", Label: t(ctx, "Ghi chú"), Optional: true, MaxLength: 500}))}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			to := f.Number("person")
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			err := x.d.DB.Write(ctx, actor(x.r), func(tx *store.Tx) error { return dossiers.HandOver(ctx, tx, x.doc.ID, to, f.Line("note")) })
			return done("Đã bàn giao hồ sơ {code}.", "code", x.doc.Code), pathDossiers, err
		}}, err
}

func (x dossierAct) submit() (ActPage, error) {
	ctx := x.ctx
	return ActPage{Title: t(ctx, "Nộp hồ sơ vào lưu trữ cơ quan"), Submit: Action{Label: t(ctx, "Nộp lưu"), Kind: Primary}, Fields: depositFields(ctx),
		Do: func(f *Form) (flashed, string, error) {
			return x.d.submitDossiers(x.r, []int64{x.doc.ID}, f)
		}}, nil
}

func (x dossierAct) correct() (ActPage, error) {
	ctx := x.ctx
	return ActPage{Title: t(ctx, "Sửa thông tin mô tả"), Submit: Action{Label: t(ctx, "Lưu"), Kind: Primary},
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{TextField(fieldOf(f, errs, Field{Name: "title", Label: t(ctx, "Tiêu đề hồ sơ"), Value: x.doc.Title, MaxLength: 1000})), TextField(fieldOf(f, errs, Field{Name: "keywords", Label: t(ctx, "Từ khóa"), Value: x.doc.Keywords, Optional: true, MaxLength: 500})),
				TextArea(fieldOf(f, errs, Field{Name: "note", Label: t(ctx, "Ghi chú"), Value: x.doc.Note, Optional: true, MaxLength: 2000})), TextArea(fieldOf(f, errs, Field{Name: "reason", Label: t(ctx, "Lý do"), MaxLength: 1000}))}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			return x.does(func(tx *store.Tx) error {
				return dossiers.Correct(ctx, tx, x.doc.ID, f.Line("title"), f.Line("keywords"), f.Text("note"), f.Text("reason"))
			}, "Đã sửa thông tin mô tả.")
		}}, nil
}
