package typist

import (
	"bytes"
	"context"
	"io"
	"os"
	"time"

	"congvu/internal/confined"
	"congvu/internal/typeface"
)

// Typist converts documents, one at a time. The zero value has the limits below and hides nothing.
type Typist struct {
	Program string         // "" = soffice
	Cell    *confined.Cell // nil = one of its own
}

// limits are what a long official document with pictures needs: LibreOffice starts in about two seconds with 250 MB. It reserves more address
// space than it uses, so that memory is bounded by what it holds.
var limits = confined.Limits{Wall: 2 * time.Minute, Processor: 90 * time.Second, Memory: 1 << 30, Space: -1, File: 128 << 20, Disk: 512 << 20, Open: 1024, Entries: 20000,
	Processes: 64, Output: 1 << 20}

var own = &confined.Cell{}

func (t *Typist) program() string {
	if t == nil || t.Program == "" {
		return "soffice"
	}
	return t.Program
}

// Ready tells whether the converter is on the machine.
func (t *Typist) Ready() bool { return t != nil && confined.Found(t.program()) }

// profile is the user's choice before the first start: no macros, no updates of links, nothing remembered.
const profile = `<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
<item oor:path="/org.openoffice.Setup/Product"><prop oor:name="ooSetupLastVersion" oor:op="fuse"><value>99.9</value></prop></item>
</oor:items>
`

// fontsConf lets the letters of Times New Roman come from the fonts that travel with the run, others from the machine. LibreOffice has a replacement of its
// own for Times New Roman, which it takes before it asks: that one is hidden.
const fontsConf = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
<dir prefix="cwd">fonts</dir>
<dir>/usr/share/fonts</dir>
<selectfont><rejectfont><pattern><patelt name="family"><string>Liberation Serif</string></patelt></pattern></rejectfont></selectfont>
<cachedir prefix="cwd">fontcache</cachedir>
<match target="pattern"><test name="family" compare="eq"><string>Times New Roman</string></test><edit name="family" mode="assign" binding="strong"><string>Tinos</string></edit></match>
<match target="pattern"><test name="family" compare="eq"><string>Liberation Serif</string></test><edit name="family" mode="assign" binding="strong"><string>Tinos</string></edit></match>
<match target="pattern"><edit name="family" mode="append_last"><string>Tinos</string></edit></match>
</fontconfig>
`

// Convert makes a PDF of a file that Inspect let through. Errors are confined.Refusals, ErrNoPages, or the context's.
func (t *Typist) Convert(ctx context.Context, in Inspected) ([]byte, error) {
	cell := own
	if t != nil && t.Cell != nil {
		cell = t.Cell
	}
	var pdf []byte
	files := map[string]io.Reader{"in" + in.Kind: bytes.NewReader(in.Data), "profile/user/registrymodifications.xcu": bytes.NewReader([]byte(profile)), "fonts.conf": bytes.NewReader([]byte(fontsConf))}
	for name, s := range map[string]typeface.Style{"Regular": typeface.Regular, "Bold": typeface.Bold, "Italic": typeface.Italic, "BoldItalic": typeface.BoldItalic} {
		files["fonts/Tinos-"+name+".ttf"] = bytes.NewReader(typeface.Tinos(s).File())
	}
	_, err := cell.Run(ctx, confined.Order{Program: t.program(), Limits: limits, Files: files,
		Args: []string{"-env:UserInstallation=file://{dir}/profile", "--headless", "--norestore", "--nolockcheck", "--nodefault", "--nofirststartwizard",
			"--convert-to", `pdf:writer_pdf_Export:{"SelectPdfVersion":{"type":"long","value":"17"},"ExportFormFields":{"type":"boolean","value":"false"},"ExportBookmarks":{"type":"boolean","value":"false"}}`,
			"--outdir", "{dir}/out", "{dir}/in" + in.Kind},
		Env: []string{"FONTCONFIG_FILE={dir}/fonts.conf", "SAL_USE_VCLPLUGIN=svp", "XDG_CACHE_HOME={dir}/cache", "XDG_CONFIG_HOME={dir}/config"},
		Gather: func(folder *os.Root) error {
			b, err := folder.ReadFile("out/in.pdf")
			if err != nil || !bytes.HasPrefix(b, []byte("%PDF-")) {
				return ErrNoPages // it ends well also when it could not read the file
			}
			pdf = b
			return nil
		}})
	return pdf, err
}
