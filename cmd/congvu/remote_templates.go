package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"congvu/internal/client"
)

// farTemplates are the verbs about what drafts begin from.
func farTemplates() []far {
	return []far{
		{"templates", "templates [LOẠI]", "mẫu văn bản để bắt đầu dự thảo", remoteTemplates},
		{"template", "template MẪU [--reply incoming/SỐ]", "xem một mẫu và các trường cần điền", remoteTemplate},
		{"template-save", "template-save TỆP.json [MẪU]", "lập mẫu, hoặc lưu phiên bản mới của mẫu", remoteTemplateSave},
		{"template-file", "template-file MẪU [--file TỆP.docx] [--out TỆP]", "dùng tệp DOCX làm tệp của mẫu; không có --file: tải tệp của mẫu về", remoteTemplateFile},
		{"template-versions", "template-versions MẪU", "các phiên bản của mẫu", remoteTemplateVersions},
		{"template-on", "template-on MẪU", "bật mẫu", remoteTemplateSwitch(true)},
		{"template-off", "template-off MẪU", "tắt mẫu", remoteTemplateSwitch(false)},
		{"draft-from", "draft-from MẪU [TỆP.json] [TRƯỜNG=GIÁ_TRỊ...] [--reply incoming/SỐ]", "bắt đầu dự thảo từ mẫu", remoteDraftFrom},
		{"draft-similar", "draft-similar outgoing/SỐ", "soạn dự thảo tương tự một văn bản", remoteDraftSimilar},
	}
}

func showTemplate(out io.Writer, t client.Template) {
	whose, state := "mẫu có sẵn", ""
	if t.Own {
		whose = fmt.Sprintf("bản %d", t.Version)
	}
	if !t.On {
		state = "  [đang tắt]"
	}
	if t.File != "" {
		whose += ", " + t.File
	}
	fmt.Fprintf(out, "%s  %s: %s  (%s)%s\n", t.Key, t.Type, t.Name, whose, state)
}

func remoteTemplates(ctx context.Context, r *remoteCall) error {
	code := ""
	if len(r.args) > 0 {
		code = r.args[0]
	}
	all, err := r.Templates(ctx, code)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, t := range all {
			showTemplate(out, t)
		}
		if len(all) == 0 {
			fmt.Fprintln(out, "Chưa có mẫu nào.")
		}
	})
}

// templateKey reads the one template that a verb is about.
func (r *remoteCall) templateKey() (string, error) {
	if len(r.args) != 1 || r.args[0] == "" {
		return "", badUsage("cần mã mẫu, xem bằng lệnh congvu remote templates")
	}
	return r.args[0], nil
}

// replyTo reads the received document that a draft is to answer.
func (r *remoteCall) replyTo() (client.ID, error) {
	if r.o.reply == "" {
		return 0, nil
	}
	return idOf(r.o.reply, "incoming")
}

func remoteTemplate(ctx context.Context, r *remoteCall) error {
	key, err := r.templateKey()
	if err != nil {
		return err
	}
	reply, err := r.replyTo()
	if err != nil {
		return err
	}
	t, err := r.Template(ctx, key, reply)
	if err != nil {
		return err
	}
	return r.show(t, func(out io.Writer) {
		showTemplate(out, t)
		for _, f := range t.Asked {
			need := "cần điền"
			if f.Optional {
				need = "không bắt buộc"
			}
			fmt.Fprintf(out, "  %s  (%s, %s)  %s\n", f.Name, f.Kind, need, strings.TrimSpace(f.Hint+" "+strings.Join(f.Choices, " | ")))
		}
		if t.Signer {
			fmt.Fprintln(out, "  Cần chọn người ký khi bắt đầu.")
		}
	})
}

func remoteTemplateSave(ctx context.Context, r *remoteCall) error {
	if len(r.args) < 1 || len(r.args) > 2 {
		return badUsage("cần tệp JSON: congvu remote template-save TỆP.json [MẪU]")
	}
	var f client.TemplateSaving
	if err := r.readForm(r.args[0], "mẫu văn bản", &f); err != nil {
		return err
	}
	key := ""
	if len(r.args) == 2 {
		key = r.args[1]
	}
	t, err := r.SaveTemplate(ctx, key, f)
	if err != nil {
		return err
	}
	return r.show(t, func(out io.Writer) { showTemplate(out, t) })
}

func remoteTemplateFile(ctx context.Context, r *remoteCall) error {
	key, err := r.templateKey()
	if err != nil {
		return err
	}
	if r.o.file == "" {
		return r.save(0, func(to io.Writer) (string, error) { return r.TemplateFile(ctx, key, 0, to) })
	}
	var t client.Template
	err = withFile(r.o.file, func(name string, f io.Reader) (err error) { t, err = r.UploadTemplate(ctx, key, name, f); return err })
	if err != nil {
		return err
	}
	return r.show(t, func(out io.Writer) { showTemplate(out, t) })
}

func remoteTemplateVersions(ctx context.Context, r *remoteCall) error {
	key, err := r.templateKey()
	if err != nil {
		return err
	}
	all, err := r.TemplateVersions(ctx, key)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, v := range all {
			fmt.Fprintf(out, "bản %d  %s  %s  %s\n", v.No, v.At.Format("2006-01-02 15:04"), v.By, v.File)
		}
		if len(all) == 0 {
			fmt.Fprintln(out, "Mẫu có sẵn, cơ quan chưa sửa.")
		}
	})
}

func remoteTemplateSwitch(on bool) func(ctx context.Context, r *remoteCall) error {
	return func(ctx context.Context, r *remoteCall) error {
		key, err := r.templateKey()
		if err != nil {
			return err
		}
		t, err := r.SwitchTemplate(ctx, key, on)
		if err != nil {
			return err
		}
		return r.show(t, func(out io.Writer) { showTemplate(out, t) })
	}
}

// remoteDraftFrom takes the values of the fields from the line, and everything from a JSON file where one is named.
func remoteDraftFrom(ctx context.Context, r *remoteCall) error {
	if len(r.args) == 0 {
		return badUsage("cần mã mẫu: congvu remote draft-from MẪU TRƯỜNG=GIÁ_TRỊ...")
	}
	f := client.Beginning{Values: map[string]string{}}
	for i, arg := range r.args[1:] {
		name, value, ok := strings.Cut(arg, "=")
		switch {
		case ok && name != "":
			f.Values[name] = value
		case i == 0:
			if err := r.readForm(arg, "giá trị của mẫu", &f); err != nil {
				return err
			}
			if f.Values == nil {
				f.Values = map[string]string{}
			}
		default:
			return badUsage(fmt.Sprintf("%q không có dạng TRƯỜNG=GIÁ_TRỊ", arg))
		}
	}
	reply, err := r.replyTo()
	if err != nil {
		return err
	}
	if reply != 0 {
		f.ReplyTo = reply
	}
	o, err := r.BeginDraft(ctx, r.args[0], f)
	if err != nil {
		return err
	}
	return r.show(o, func(out io.Writer) { printOutgoing(out, o) })
}

func remoteDraftSimilar(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("outgoing")
	if err != nil {
		return err
	}
	o, err := r.DraftSimilar(ctx, id)
	if err != nil {
		return err
	}
	return r.show(o, func(out io.Writer) { printOutgoing(out, o) })
}
