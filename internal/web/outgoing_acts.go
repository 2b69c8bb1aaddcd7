package web

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"congvu/internal/documents"
	"congvu/internal/org"
	"congvu/internal/store"
)

// outAct is one act on an outgoing document while its form is open.
type outAct struct {
	d   *Door
	r   *http.Request
	ctx context.Context
	doc *documents.Outgoing
	may bool // the act is the actor's in the document's state
}

// prove asks for the password only whom the room will let act; others hear its refusal.
func (x outAct) prove(f *Form) error {
	if !x.may {
		return nil
	}
	return x.d.prove(x.r, f)
}

// outgoingActs gives every act its form; detach has a button of its own, revise is the draft's form.
var outgoingActs = map[documents.Act]func(outAct) (ActPage, error){
	documents.ActRevise: nil, documents.ActLay: outAct.lay, documents.ActUpload: outAct.upload, documents.ActAttach: outAct.attach, documents.ActSubmit: outAct.submit,
	documents.ActOpine: outAct.opine, documents.ActReturn: outAct.giveBack, documents.ActWithdraw: outAct.withdraw, documents.ActApprove: outAct.approve, documents.ActAskSigner: outAct.askSigner, documents.ActSign: outAct.sign,
	documents.ActNumber: outAct.number, documents.ActSeal: outAct.seal, documents.ActIssue: outAct.issue, documents.ActRelease: outAct.release, documents.ActCancel: outAct.cancel,
	documents.ActRecall: outAct.recall, documents.ActAddress: outAct.addReceivers,
}

// actOnOutgoing: GET and POST /outgoing/{id}/<act>
func (d *Door) actOnOutgoing(w http.ResponseWriter, r *http.Request, act documents.Act) error {
	id, err := number(r, "id")
	if err != nil {
		return err
	}
	x := outAct{d: d, r: r, ctx: r.Context()}
	if x.doc, err = documents.FindOutgoing(x.ctx, d.DB, actor(r), id); err != nil {
		return err
	}
	offered, err := documents.Acts(x.ctx, d.DB, actor(r), id)
	if err != nil {
		return err
	}
	x.may = slices.Contains(offered, act)
	if !x.may && r.Method == http.MethodGet { // a sent form is judged by the room itself
		return gone()
	}
	if act == documents.ActRevise {
		return x.revise(w)
	}
	if to, err := x.elsewhere(act); err != nil || to != "" {
		if err != nil {
			return err
		}
		return redirect(w, r, to)
	}
	page, err := outgoingActs[act](x)
	if err != nil {
		return err
	}
	page.Active, page.Back = "outgoing", fmt.Sprintf("/outgoing/%d", id)
	if then := r.URL.Query().Get("then"); then != "" { // the signing desk goes on with its next document
		page.Next = localAddress(then)
	}
	if page.Lead == "" {
		page.Lead = x.doc.Title()
	}
	return d.act(w, r, page)
}

// elsewhere is the page of a signature whose key is not on the server; "" when it is.
func (x outAct) elsewhere(act documents.Act) (string, error) {
	purpose, owner, id := documents.PurposeApprove, documents.OwnerPerson, actor(x.r).Person
	switch {
	case !x.may:
		return "", nil
	case act == documents.ActSign:
	case act == documents.ActSeal, act == documents.ActRelease && x.doc.State == documents.Numbered:
		purpose, owner, id = documents.PurposeSeal, documents.OwnerAgency, actor(x.r).Agency
	default:
		return "", nil
	}
	c, bound, err := documents.BoundCertificate(x.ctx, x.d.DB, actor(x.r), owner, id)
	if err != nil || !bound || c.Method == documents.MethodServerKey {
		return "", err
	}
	return deviceHref(x.doc.ID, purpose), nil
}

// sealElsewhere tells whether the agency's key is on a device of the registry: a release stops before it.
func (x outAct) sealElsewhere() (bool, error) {
	c, bound, err := documents.BoundCertificate(x.ctx, x.d.DB, actor(x.r), documents.OwnerAgency, actor(x.r).Agency)
	return bound && c.Method != documents.MethodServerKey, err
}

func (x outAct) write(f func(tx *store.Tx) error) error { return x.d.DB.Write(x.ctx, actor(x.r), f) }

// plain is an act that asks nothing but consent.
func (x outAct) plain(title, lead, button, said string, do func() error) (ActPage, error) {
	return ActPage{Title: title, Submit: Action{Label: button, Kind: Primary},
		Fields: func(*Form, Errors) ([]templ.Component, error) { return []templ.Component{Note(Info, lead)}, nil },
		Do:     func(*Form) (flashed, string, error) { return done(said), "", do() }}, nil
}

func (x outAct) lay() (ActPage, error) {
	return x.plain(t(x.ctx, "Trình bày văn bản"), t(x.ctx, "Hệ thống trình bày nội dung thành tệp PDF theo Phụ lục I Nghị định 30/2020/NĐ-CP và thay tệp chính hiện có; các bản trước vẫn được giữ."),
		t(x.ctx, "Trình bày"), "Đã trình bày văn bản.", func() error { _, err := documents.Lay(x.ctx, x.d.Desk, actor(x.r), x.doc.ID); return err })
}

func (x outAct) upload() (ActPage, error) {
	ctx := x.ctx
	label, accept, hint := t(ctx, "Tệp PDF"), ".pdf,application/pdf", t(ctx, "Chưa ký số, không đặt mật khẩu; hệ thống thêm ô số và ngày văn bản nếu tệp chưa có")
	if x.d.Desk.Converting() {
		label, accept = t(ctx, "Tệp PDF, DOCX, ODT, DOC hoặc RTF"), ".pdf,.docx,.odt,.doc,.rtf"
		hint = t(ctx, "Chưa ký số, không đặt mật khẩu, không có macro; tệp soạn thảo được chuyển thành PDF sau khi tải lên, tệp gốc vẫn được giữ")
	}
	return ActPage{Title: t(ctx, "Dùng tệp có sẵn"), Files: true, Submit: Action{Label: t(ctx, "Tải lên làm tệp chính"), Kind: Primary}, Refused: t(ctx, "Chưa dùng được tệp này"),
		Fields: func(_ *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{FileField(Field{Name: "file", Label: label, Hint: hint, Error: errs.Of("file")}, FileView{Accept: accept, Most: x.d.fileLimit(x.r)})}, nil
		},
		Do: func(*Form) (flashed, string, error) {
			if x.r.MultipartForm == nil || len(x.r.MultipartForm.File["file"]) == 0 {
				return flashed{}, "", store.RefuseField("file", "Hãy chọn một tệp.")
			}
			h := x.r.MultipartForm.File["file"][0]
			from, err := h.Open()
			if err != nil {
				return flashed{}, "", err
			}
			defer from.Close()
			_, err = documents.UploadMain(ctx, x.d.Desk, actor(x.r), x.doc.ID, h.Filename, from)
			if documents.Converts(h.Filename) {
				return done("Đã nhận tệp. Hệ thống đang chuyển thành PDF; trang tự cập nhật khi xong."), "", err
			}
			return done("Đã dùng tệp tải lên làm tệp chính."), "", err
		}}, nil
}

func (x outAct) attach() (ActPage, error) {
	return x.d.attachPage(x.r, "outgoing", x.doc.Ref(), x.doc.Title()), nil
}

// colleagues lists who a draft may be sent to; who leads a unit or the agency stands first.
func (x outAct) colleagues(none string) ([]Option, error) {
	staff, err := org.Staff(x.ctx, x.d.DB, org.AgencyID(x.doc.AgencyID), x.d.today())
	if err != nil {
		return nil, err
	}
	out := []Option{{Label: none}}
	for _, leads := range []bool{true, false} {
		group := t(x.ctx, "Công chức, viên chức")
		if leads {
			group = t(x.ctx, "Lãnh đạo")
		}
		for _, h := range staff {
			if (h.Rank != org.RankStaff) != leads || int64(h.ID) == actor(x.r).Holding {
				continue
			}
			label := h.PersonName + " – " + h.Title
			if h.UnitName != "" {
				label += ", " + h.UnitName
			}
			out = append(out, Option{Value: fmt.Sprint(int64(h.ID)), Label: label, Group: group})
		}
	}
	return out, nil
}

func (x outAct) noteField(f *Form, errs Errors, label string, optional bool) templ.Component {
	return TextArea(fieldOf(f, errs, Field{Name: "note", Label: label, Optional: optional, MaxLength: 4000, Rows: 4}))
}

// notReady shows what a draft still lacks, before somebody fills the form in vain.
func (x outAct) notReady() []templ.Component {
	if x.doc.MainFile != 0 && x.doc.FileIsCurrent() && x.doc.SignerHolding != 0 {
		return nil
	}
	return []templ.Component{Note(Warn, t(x.ctx, "Văn bản cần có người ký và tệp PDF đúng với nội dung hiện tại trước khi trình."))}
}

func (x outAct) submit() (ActPage, error) {
	ctx := x.ctx
	options, err := x.colleagues(t(ctx, "— Chọn người xem xét —"))
	if err != nil {
		return ActPage{}, err
	}
	proposed, err := documents.ProposedApprovals(ctx, x.d.DB, actor(x.r), x.doc.ID)
	if err != nil {
		return ActPage{}, err
	}
	if len(proposed) > 0 {
		options[0].Label = t(ctx, "Theo quy trình trình ký")
	}
	return ActPage{Title: t(ctx, "Trình dự thảo"), Submit: Action{Label: t(ctx, "Trình"), Kind: Primary}, Refused: t(ctx, "Chưa trình được"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			out := x.notReady()
			if len(proposed) > 0 {
				out = append(out, proposedSteps(proposed))
			}
			return append(out, SelectField(Field{Name: "to", Label: t(ctx, "Trình đến"), Optional: len(proposed) > 0, Error: errs.Of("to")}, Choose(options, f.shown("to"))), x.noteField(f, errs, t(ctx, "Ý kiến kèm theo"), true)), nil
		},
		Do: func(f *Form) (flashed, string, error) {
			to := f.Number("to")
			if to == 0 && len(proposed) == 0 {
				f.problems.Add("to", "Hãy chọn người xem xét.")
			}
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			return done("Đã trình dự thảo."), "", x.write(func(tx *store.Tx) error {
				return documents.Submit(ctx, tx, x.doc.ID, org.HoldingID(to), f.Text("note"))
			})
		}}, nil
}

func (x outAct) opine() (ActPage, error) {
	ctx := x.ctx
	return ActPage{Title: t(ctx, "Cho ý kiến về dự thảo"), Submit: Action{Label: t(ctx, "Gửi ý kiến"), Kind: Primary},
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{x.noteField(f, errs, t(ctx, "Ý kiến"), false)}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			return done("Đã ghi ý kiến."), "", x.write(func(tx *store.Tx) error { return documents.Opine(ctx, tx, x.doc.ID, f.Text("note")) })
		}}, nil
}

func (x outAct) giveBack() (ActPage, error) {
	ctx := x.ctx
	return ActPage{Title: t(ctx, "Trả lại dự thảo"), Submit: Action{Label: t(ctx, "Trả lại"), Kind: DangerFinal}, Refused: t(ctx, "Chưa trả lại được"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{x.noteField(f, errs, t(ctx, "Nội dung cần chỉnh sửa"), false)}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			return done("Đã trả lại người soạn thảo."), "", x.write(func(tx *store.Tx) error { return documents.Return(ctx, tx, x.doc.ID, f.Text("note")) })
		}}, nil
}

// withdraw takes a draft back from whoever has it, to change it (D9).
func (x outAct) withdraw() (ActPage, error) {
	ctx := x.ctx
	return ActPage{Title: t(ctx, "Rút dự thảo về để sửa"), Submit: Action{Label: t(ctx, "Rút về"), Kind: Primary}, Refused: t(ctx, "Chưa rút về được"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{x.noteField(f, errs, t(ctx, "Lý do rút về"), true)}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			return done("Đã rút dự thảo về để sửa."), "", x.write(func(tx *store.Tx) error { return documents.Withdraw(ctx, tx, x.doc.ID, f.Text("note")) })
		}}, nil
}

func (x outAct) cancel() (ActPage, error) {
	ctx := x.ctx
	return ActPage{Title: t(ctx, "Hủy văn bản"), Submit: Action{Label: t(ctx, "Hủy văn bản"), Kind: DangerFinal}, Refused: t(ctx, "Chưa hủy được"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			out := []templ.Component{x.noteField(f, errs, t(ctx, "Lý do hủy"), false)}
			if x.doc.Number != 0 {
				out = append([]templ.Component{Note(Warn, t(ctx, "Số {number} đã cấp vẫn nằm trong sổ, đánh dấu đã hủy, và không dùng lại.", "number", x.doc.NumberText))}, out...)
			}
			return out, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			return done("Đã hủy văn bản."), "", x.write(func(tx *store.Tx) error { return documents.Cancel(ctx, tx, x.doc.ID, f.Text("note")) })
		}}, nil
}

func (x outAct) approve() (ActPage, error) {
	ctx := x.ctx
	options, err := x.colleagues(t(ctx, "Bước tiếp theo của quy trình, hoặc người ký: {name}", "name", x.doc.SignerName))
	if err != nil {
		return ActPage{}, err
	}
	return ActPage{Title: t(ctx, "Duyệt dự thảo"), Submit: Action{Label: t(ctx, "Duyệt, chuyển tiếp"), Kind: Primary}, Refused: t(ctx, "Chưa duyệt được"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			initials, err := x.initialFields(f, errs)
			return append(append(x.notReady(), SelectField(Field{Name: "next", Label: t(ctx, "Chuyển đến"), Optional: true, Error: errs.Of("next")}, Choose(options, f.shown("next"))), x.noteField(f, errs, t(ctx, "Ý kiến"), true)), initials...), err
		},
		Do: func(f *Form) (flashed, string, error) {
			next := f.Number("next")
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			return done("Đã duyệt và chuyển tiếp."), "", x.initialled(f, next)
		}}, nil
}

func (x outAct) askSigner() (ActPage, error) {
	ctx := x.ctx
	options, err := x.d.signerOptions(x.r, x.doc.TypeCode)
	if err != nil {
		return ActPage{}, err
	}
	return ActPage{Title: t(ctx, "Đổi người ký"), Submit: Action{Label: t(ctx, "Đổi người ký"), Kind: Primary}, Refused: t(ctx, "Chưa đổi được người ký"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			problem := orElse(errs.Of("signer"), orElse(errs.Of("capacity"), errs.Of("to")))
			return []templ.Component{Note(Info, t(ctx, "Sau khi đổi, văn bản được trình bày lại vì trên trang có tên và chức vụ người ký.")),
				SelectField(Field{Name: "signer", Label: t(ctx, "Người ký và quyền hạn ký"), Error: problem}, Choose(options, f.shown("signer"))), x.noteField(f, errs, t(ctx, "Lý do"), true)}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			var id int64
			way := ""
			if _, err := fmt.Sscanf(f.Line("signer"), "%d:%s", &id, &way); err != nil && id == 0 {
				return flashed{}, "", store.RefuseField("signer", "Hãy chọn người ký trong danh sách.")
			}
			return done("Đã đổi người ký. Hãy trình bày lại văn bản."), "", x.write(func(tx *store.Tx) error {
				return documents.AskSigner(ctx, tx, x.doc.ID, org.HoldingID(id), way, f.Text("note"))
			})
		}}, nil
}

// sign shows the very file and its hash, and asks for the password again (S10, ASVS 7.5.3).
func (x outAct) sign() (ActPage, error) {
	ctx := x.ctx
	files, err := documents.Files(ctx, x.d.DB, actor(x.r), x.doc.Ref())
	if err != nil {
		return ActPage{}, err
	}
	main := mainPDF(files)
	if main == nil || !main.Main {
		return ActPage{}, store.Refuse(store.Conflict, "Văn bản chưa có tệp để ký. Hãy trả lại để trình bày văn bản.")
	}
	return ActPage{Title: t(ctx, "Ký số văn bản"), Submit: Action{Label: t(ctx, "Ký số"), Icon: "signature", Kind: Primary}, Refused: t(ctx, "Chưa ký được"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return append([]templ.Component{whatIsSigned(x.doc, *main), hiddenField("sha", main.SHA),
				CheckOne(Field{Name: "consent", Label: t(ctx, "Tôi đã xem toàn bộ nội dung văn bản và đồng ý ký"), Error: errs.Of("consent")}, f != nil && f.Yes("consent"))},
				x.d.proofFields(x.r, errs)...), nil
		},
		Do: func(f *Form) (flashed, string, error) {
			if f.Line("sha") != main.SHA {
				return flashed{}, "", store.Refuse(store.Conflict, "Tệp vừa được thay bằng bản khác sau khi ông/bà mở trang ký. Chưa có gì được ký; hãy xem lại bản mới rồi ký.")
			}
			if !f.Yes("consent") {
				return flashed{}, "", store.RefuseField("consent", "Cần xác nhận đã xem nội dung văn bản trước khi ký.")
			}
			if err := x.prove(f); err != nil {
				return flashed{}, "", err
			}
			_, err := documents.Sign(ctx, x.d.Desk, actor(x.r), x.doc.ID, x.doc.Capacity, true)
			return done("Đã ký số văn bản. Văn thư đã được báo để cấp số và phát hành."), "", err
		}}, nil
}

func (x outAct) number() (ActPage, error) {
	ctx := x.ctx
	books, err := documents.ListRegisters(ctx, x.d.DB, actor(x.r), documents.OutgoingBook, x.d.today().Year())
	if err != nil {
		return ActPage{}, err
	}
	key := rand.Text()
	return ActPage{Title: t(ctx, "Cấp số văn bản"), Submit: Action{Label: t(ctx, "Cấp số"), Kind: Primary}, Refused: t(ctx, "Chưa cấp được số"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			if f != nil {
				key = f.Line("key")
			}
			out := []templ.Component{hiddenField("key", key)}
			if len(books) > 0 {
				out = append(out, SelectField(Field{Name: "register", Label: t(ctx, "Sổ văn bản đi"), Optional: true, Error: errs.Of("register")}, Choose(bookOptions(ctx, books), f.shown("register"))))
			}
			if held, err := x.d.heldOptions(x.r); err != nil {
				return nil, err
			} else if len(held) > 1 {
				out = append(out, SelectField(Field{Name: "reservation", Label: t(ctx, "Số đang giữ"), Error: errs.Of("reservation")}, Choose(held, f.shown("reservation"))))
			}
			date := Field{Name: "date", Label: t(ctx, "Ngày văn bản"), Value: x.d.today().Display(), Error: errs.Of("date")}
			if f != nil {
				date.Value = f.shown("date")
			}
			return append(out, DateField(date)), nil
		},
		Do: func(f *Form) (flashed, string, error) {
			form := documents.NumberForm{Register: f.Number("register"), Date: f.Date("date"), Key: f.Line("key"), Reservation: f.Number("reservation")}
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			var o *documents.Outgoing
			err := x.write(func(tx *store.Tx) (err error) { o, err = documents.Number(ctx, tx, x.doc.ID, form); return err })
			if err != nil {
				return flashed{}, "", err
			}
			return done("Đã cấp số {number}.", "number", o.NumberText), "", nil
		}}, nil
}

func (x outAct) seal() (ActPage, error) {
	lead := t(x.ctx, "Hệ thống ghi số, ngày văn bản vào tệp đã ký và ký bằng chứng thư số của cơ quan.")
	return ActPage{Title: t(x.ctx, "Ký số của cơ quan"), Submit: Action{Label: t(x.ctx, "Ký số của cơ quan"), Kind: Primary}, Refused: t(x.ctx, "Chưa ký được"),
		Fields: func(_ *Form, errs Errors) ([]templ.Component, error) {
			return append([]templ.Component{Note(Info, lead)}, x.d.proofFields(x.r, errs)...), nil
		},
		Do: func(f *Form) (flashed, string, error) {
			err := x.prove(f)
			if err == nil {
				_, err = documents.Seal(x.ctx, x.d.Desk, actor(x.r), x.doc.ID)
			}
			return done("Đã ký số của cơ quan."), "", err
		}}, nil
}

func (x outAct) issue() (ActPage, error) {
	return x.plain(t(x.ctx, "Phát hành văn bản"), t(x.ctx, "Sau khi phát hành, văn bản không sửa được nữa và được gửi ngay đến các nơi nhận."), t(x.ctx, "Phát hành"), "Đã phát hành văn bản.",
		func() error {
			return x.write(func(tx *store.Tx) error { _, err := documents.Issue(x.ctx, tx, x.doc.ID); return err })
		})
}

// release is number, seal and issue in one; what a fault interrupted goes on where it stopped.
func (x outAct) release() (ActPage, error) {
	ctx := x.ctx
	lead := t(ctx, "Hệ thống lấy số tiếp theo trong sổ, ghi số và ngày hôm nay ({day}) vào tệp, ký số của cơ quan rồi gửi đến {n} nơi nhận.", "day", x.d.today().Display(), "n", len(x.doc.Receivers))
	if x.doc.Number != 0 {
		lead = t(ctx, "Văn bản đã có số {number}. Hệ thống làm tiếp các bước còn lại: ký số của cơ quan và gửi đến {n} nơi nhận.", "number", x.doc.NumberText, "n", len(x.doc.Receivers))
	}
	device, err := x.sealElsewhere()
	if err != nil {
		return ActPage{}, err
	}
	if device && x.doc.State == documents.Signed {
		return x.numberFirst()
	}
	return ActPage{Title: t(ctx, "Cấp số, ký số cơ quan và phát hành"), Submit: Action{Label: t(ctx, "Phát hành"), Icon: "rubber-stamp", Kind: Primary}, Refused: t(ctx, "Chưa phát hành được"),
		Fields: func(_ *Form, errs Errors) ([]templ.Component, error) {
			return append([]templ.Component{Note(Info, lead), Note(Warn, t(ctx, "Sau khi phát hành, văn bản không sửa được nữa."))}, x.d.proofFields(x.r, errs)...), nil
		},
		Do: func(f *Form) (flashed, string, error) {
			if err := x.prove(f); err != nil {
				return flashed{}, "", err
			}
			o, err := documents.Release(ctx, x.d.Desk, actor(x.r), x.doc.ID)
			if err != nil {
				return flashed{}, "", err
			}
			if o.State != documents.Issued {
				return done("Đã nhận yêu cầu phát hành. Chữ ký số đang chờ dấu thời gian; hệ thống tự phát hành và báo khi xong."), "", nil
			}
			return done("Đã phát hành văn bản số {number}.", "number", o.NumberText), "", nil
		}}, nil
}

// numberFirst begins a release whose seal is on a device of the registry: the number is drawn here, the seal on the page that follows.
func (x outAct) numberFirst() (ActPage, error) {
	ctx := x.ctx
	return ActPage{Title: t(ctx, "Cấp số rồi ký số bằng thiết bị"), Submit: Action{Label: t(ctx, "Cấp số, chuyển sang ký"), Icon: "book", Kind: Primary}, Refused: t(ctx, "Chưa cấp được số"),
		Fields: func(*Form, Errors) ([]templ.Component, error) {
			return []templ.Component{Note(Info, t(ctx, "Chứng thư số của cơ quan nằm trên thiết bị của văn thư. Hệ thống lấy số tiếp theo trong sổ, ngày hôm nay ({day}), rồi mở trang ký bằng thiết bị; sau khi ký, chọn Phát hành.", "day", x.d.today().Display()))}, nil
		},
		Do: func(*Form) (flashed, string, error) {
			var o *documents.Outgoing
			err := x.write(func(tx *store.Tx) (err error) {
				o, err = documents.Number(ctx, tx, x.doc.ID, documents.NumberForm{})
				return err
			})
			if err != nil {
				return flashed{}, "", err
			}
			return done("Đã cấp số {number}. Hãy ký số của cơ quan bằng thiết bị.", "number", o.NumberText), deviceHref(x.doc.ID, documents.PurposeSeal), nil
		}}, nil
}
