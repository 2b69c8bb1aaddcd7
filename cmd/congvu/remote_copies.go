package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"congvu/internal/client"
)

// farCopies are the verbs of certified copies.
func farCopies() []far {
	return []far{
		{"copy", "copy REF --kind SAO_Y|SAO_LUC|TRICH_SAO --to MÃ --text NƠI_NHẬN [--capacity X] [--note TRANG] [--quantity N]", "làm bản sao giấy; --to: vị trí người ký, --text: nơi nhận cách nhau bằng ;, --note: trang trích sao", remoteCopy},
		{"copies", "copies [--cursor X]", "sổ bản sao", remoteCopies},
		{"print-copy", "print-copy copy/SỐ [--out TỆP]", "tải bản in của bản sao giấy", remotePrintCopy},
		{"digitise", "digitise REF [--reason X]", "ký số bản sao y số hóa từ tệp quét của văn bản giấy đến", remoteDigitise},
	}
}

func remoteCopy(ctx context.Context, r *remoteCall) error {
	kind, id, err := r.document()
	if err != nil {
		return err
	}
	signer, err := idOf(r.o.to, "post")
	if err != nil {
		return err
	}
	f := client.Copying{Source: kind + "/" + id.String(), Kind: r.o.kind, Signer: signer, Capacity: r.o.capacity, Quantity: r.books.quantity}
	for _, name := range strings.Split(r.o.text, ";") {
		if name = strings.TrimSpace(name); name != "" {
			f.Receivers = append(f.Receivers, name)
		}
	}
	for _, n := range strings.Fields(r.o.note) {
		page, err := strconv.Atoi(n)
		if err != nil {
			return badUsage("--note là các số trang cách nhau bằng dấu cách")
		}
		f.Pages = append(f.Pages, page)
	}
	y, err := r.MakeCopy(ctx, f)
	if err != nil {
		return err
	}
	return r.show(y, func(out io.Writer) { fmt.Fprintf(out, "copy/%s · %s %s\n", y.ID, y.KindLabel, y.Number) })
}

func remoteCopies(ctx context.Context, r *remoteCall) error {
	page, err := r.Copies(ctx, r.o.cursor, 50)
	if err != nil {
		return err
	}
	return r.show(page, func(out io.Writer) {
		for _, y := range page.Rows {
			fmt.Fprintf(out, "copy/%s · %s · %s %s · %s\n", y.ID, y.CopiedOn, y.KindLabel, y.Number, y.SourceTitle)
		}
		if len(page.Rows) == 0 {
			fmt.Fprintln(out, "Chưa có bản sao nào.")
		}
		nextPage(out, page.Next)
	})
}

func remotePrintCopy(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("copy")
	if err != nil {
		return err
	}
	return r.save(id, func(to io.Writer) (string, error) { return r.PrintCopy(ctx, id, to) })
}

func remoteDigitise(ctx context.Context, r *remoteCall) error {
	id, err := r.ref("incoming")
	if err != nil {
		return err
	}
	files, err := r.IncomingFiles(ctx, id)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return badUsage("văn bản chưa có tệp quét; thêm tệp bằng lệnh attach trước")
	}
	y, err := r.Digitise(ctx, id, client.Digitising{File: files[0].ID, Accept: r.o.reason})
	if err != nil {
		return err
	}
	return r.show(y, func(out io.Writer) { fmt.Fprintf(out, "Đã ký số %s của %s.\n", y.KindLabel, y.SourceTitle) })
}
