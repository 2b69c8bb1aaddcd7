package main

import (
	"context"
	"fmt"
	"io"

	"congvu/internal/client"
)

// farTypes are the verbs about the list of document types.
func farTypes() []far {
	return []far{
		{"types", "types [--all]", "các loại văn bản; --all: cả loại không dùng hôm nay", remoteTypes},
		{"type-add", "type-add TỆP.json", "thêm loại văn bản (quản trị hệ thống)", remoteTypeAdd},
		{"type-change", "type-change MÃ TỆP.json", "sửa loại văn bản; văn bản đã có được giữ nguyên", remoteTypeChange},
	}
}

func remoteTypes(ctx context.Context, r *remoteCall) error {
	list := r.Types
	if r.o.all {
		list = r.AllTypes
	}
	all, err := list(ctx)
	if err != nil {
		return err
	}
	return r.show(all, func(out io.Writer) {
		for _, t := range all {
			writeType(out, t)
		}
	})
}

func writeType(out io.Writer, t client.Type) {
	fmt.Fprintf(out, "%s\t%s\t%s", t.Code, t.Abbr, t.Name)
	if t.From != "" || t.To != "" {
		fmt.Fprintf(out, "\t%s – %s", t.From, t.To)
	}
	fmt.Fprintln(out)
}

func remoteTypeAdd(ctx context.Context, r *remoteCall) error {
	form, err := formFrom[client.Type](r)
	if err != nil {
		return err
	}
	t, err := r.AddType(ctx, form)
	if err != nil {
		return err
	}
	return r.show(t, func(out io.Writer) { writeType(out, t) })
}

func remoteTypeChange(ctx context.Context, r *remoteCall) error {
	if len(r.args) != 2 {
		return badUsage("cần mã loại văn bản và một tệp JSON")
	}
	form, err := formFrom[client.Type](r)
	if err != nil {
		return err
	}
	t, err := r.ChangeType(ctx, r.args[0], form)
	if err != nil {
		return err
	}
	return r.show(t, func(out io.Writer) { writeType(out, t) })
}
