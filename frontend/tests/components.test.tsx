// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState, type ReactNode } from "react";
import { describe, expect, it, vi } from "vitest";
import type { ExportPresets, VoiceShown } from "../src/api/generated";
import { problemFrom } from "../src/api/problems";
import { DropPlace } from "../src/footage/drop";
import { SpeechProvider } from "../src/i18n/language";
import { draftOf, type Draft } from "../src/studio/draft";
import { MakePanel } from "../src/studio/make-panel";
import { presetsQuery } from "../src/studio/queries";
import { ScriptField } from "../src/studio/script-field";
import { VoiceChoice } from "../src/studio/voice";
import { voicesQuery } from "../src/studio/voices";
import { Question } from "../src/ui/dialog";
import { Refusal } from "../src/ui/notice";
import { Progress } from "../src/ui/progress";

const presets: ExportPresets = {
  presets: [
    { name: "tiktok", title: "TikTok", width: 1080, height: 1920, safe_area: { left: 0, top: 0, right: 0, bottom: 0 } },
    { name: "square", title: "Square", width: 1080, height: 1080, safe_area: { left: 0, top: 0, right: 0, bottom: 0 } },
  ],
  qualities: ["draft", "standard", "high"],
  caption_styles: [
    { name: "bold", title: "Bold", font_family: "Anton", uppercase: true },
    { name: "clean", title: "Clean", font_family: "Lato", uppercase: false },
  ],
};

const joe: VoiceShown = {
  id: "piper:joe",
  provider: "piper",
  name: "en_US-joe-medium",
  language: "en",
  quality: "neural",
  offline: true,
  gender: "",
  microdollars_per_1000_characters: 0,
};

/** Show something as the page does, in a language, with what the server has already told. */
function show(content: ReactNode, language = "en") {
  localStorage.setItem("edit-factory.language", language);
  const known = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  known.setQueryData(presetsQuery.queryKey, presets);
  known.setQueryData(voicesQuery.queryKey, [joe]);
  return render(
    <QueryClientProvider client={known}>
      <SpeechProvider>{content}</SpeechProvider>
    </QueryClientProvider>,
  );
}

function Panel({ onGo, hint = "", onDraft }: { onGo: () => void; hint?: string; onDraft: (draft: Draft) => void }) {
  const [draft, setDraft] = useState(() => draftOf(undefined, 20, null));
  const change = (changes: Partial<Draft>) => {
    const now = { ...draft, ...changes };
    setDraft(now);
    onDraft(now);
  };
  return (
    <MakePanel draft={draft} onChange={change} onGo={onGo} hint={hint} isBusy={false} error={null} voice={null} />
  );
}

describe("the script", () => {
  it("is counted while it is typed, and said to whoever does not see it", async () => {
    function Typed() {
      const [script, setScript] = useState("");
      return <ScriptField script={script} onChange={setScript} />;
    }
    show(<Typed />, "ro");
    const field = screen.getByLabelText("Ce spune vocea");
    await userEvent.type(field, "Cești și căni{Enter}---{Enter}Una");
    expect(screen.getByText("2 texte · 4 cuvinte · cam 1 s")).toBeTruthy();
    const told = document.getElementById(field.getAttribute("aria-describedby") ?? "");
    expect(told?.textContent).toContain("---");
  });
});

describe("the panel", () => {
  it("says what was chosen, and asks for it", async () => {
    const [onGo, onDraft] = [vi.fn(), vi.fn<(draft: Draft) => void>()];
    show(<Panel onGo={onGo} onDraft={onDraft} />);
    await userEvent.selectOptions(screen.getByLabelText("For"), "square");
    await userEvent.click(screen.getByRole("button", { name: "More clips" }));
    await userEvent.click(screen.getByText("More choices"));
    await userEvent.selectOptions(screen.getByLabelText("Captions"), "off");
    await userEvent.selectOptions(screen.getByLabelText("Quality"), "high");
    await userEvent.click(screen.getByRole("button", { name: "Make 4 clips" }));
    expect(onDraft.mock.lastCall?.[0]).toMatchObject({ preset: "square", count: 4, captions: "off", quality: "high" });
    expect(onGo).toHaveBeenCalledOnce();
  });

  it("makes one clip at least, and twenty at most", async () => {
    show(<Panel onGo={vi.fn()} onDraft={vi.fn()} />);
    const [fewer, more] = [/Fewer/, /More clips/].map((name) => screen.getByRole("button", { name }));
    for (let count = 0; count < 4; count++) await userEvent.click(fewer as HTMLElement);
    expect(screen.getByRole("button", { name: "Make 1 clip" })).toBeTruthy();
    expect((fewer as HTMLButtonElement).disabled).toBe(true);
    for (let count = 0; count < 25; count++) await userEvent.click(more as HTMLElement);
    expect(screen.getByRole("button", { name: "Make 20 clips" })).toBeTruthy();
  });

  it("says why it cannot be used yet", () => {
    show(<Panel onGo={vi.fn()} onDraft={vi.fn()} hint="Drop some footage first." />);
    const button = screen.getByRole<HTMLButtonElement>("button", { name: "Make 3 clips" });
    expect(button.disabled).toBe(true);
    expect(document.getElementById(button.getAttribute("aria-describedby") ?? "")?.textContent).toMatch(/footage/);
  });

  it("takes no length that no clip can have", async () => {
    const onDraft = vi.fn<(draft: Draft) => void>();
    show(<Panel onGo={vi.fn()} onDraft={onDraft} />);
    await userEvent.click(screen.getByText("More choices"));
    const field = screen.getByLabelText("Seconds");
    await userEvent.clear(field);
    expect(onDraft).not.toHaveBeenCalled();
  });
});

describe("the voice", () => {
  it("is chosen by the script until somebody chooses, and can then be listened to", async () => {
    const onChange = vi.fn();
    const { rerender } = show(<VoiceChoice voice={null} onChange={onChange} />);
    expect(screen.queryByRole("button", { name: "Listen" })).toBeNull();
    await userEvent.selectOptions(screen.getByLabelText("Voice"), "piper:joe");
    expect(onChange).toHaveBeenCalledWith("piper:joe");
    rerender(<div />);
    show(<VoiceChoice voice="piper:joe" onChange={onChange} />);
    expect(screen.getByRole("button", { name: "Listen" })).toBeTruthy();
    await userEvent.selectOptions(screen.getByLabelText("Voice"), "");
    expect(onChange).toHaveBeenLastCalledWith(null);
  });
});

describe("a place for files", () => {
  it("takes those that are chosen, and the same again", async () => {
    const onFiles = vi.fn<(files: File[]) => void>();
    const { container } = show(<DropPlace title="Here" onFiles={onFiles} />);
    const chooser = container.querySelector<HTMLInputElement>("input[type=file]");
    const film = new File(["film"], "plajă.mp4", { type: "video/mp4" });
    for (let count = 0; count < 2; count++) await userEvent.upload(chooser as HTMLInputElement, film);
    expect(onFiles.mock.calls.map(([files]) => files.map((file) => file.name))).toEqual([["plajă.mp4"], ["plajă.mp4"]]);
  });
});

describe("what went wrong", () => {
  it("is told with what would work", () => {
    show(<Refusal error={problemFrom({ code: "disk_full", detail: "The disk is full.", hint: "Make room." }, 507)} />);
    const alert = within(screen.getByRole("alert"));
    expect(alert.getByText("The disk is full.")).toBeTruthy();
    expect(alert.getByText("Make room.")).toBeTruthy();
  });

  it.each([
    [problemFrom(null, 0), "Serverul nu răspunde."],
    [problemFrom("<html>", 502), "Ceva nu a mers bine."],
    [new TypeError("of our own"), "Ceva nu a mers bine."],
  ])("is told in the page's language when the server says nothing: %s", (error, expected) => {
    show(<Refusal error={error} />, "ro");
    expect(screen.getByRole("alert").textContent).toContain(expected);
  });

  it.each([null, undefined, problemFrom({}, 401)])("is nothing, or somebody has to sign in: %s", (error) => {
    show(<Refusal error={error} />);
    expect(screen.queryByRole("alert")).toBeNull();
  });
});

describe("progress", () => {
  it("is a number, or not known", () => {
    show(<Progress label="Known" value={40} />);
    show(<Progress label="Unknown" value={null} />);
    expect(screen.getByRole("progressbar", { name: "Known" }).getAttribute("value")).toBe("40");
    expect(screen.getByRole("progressbar", { name: "Unknown" }).hasAttribute("value")).toBe(false);
  });
});

describe("a question", () => {
  it("is answered with yes or no", async () => {
    HTMLDialogElement.prototype.showModal = function () {
      this.open = true; // jsdom has dialogs that cannot be opened
    };
    HTMLDialogElement.prototype.close = function () {
      this.open = false;
    };
    const [onYes, onNo] = [vi.fn(), vi.fn()];
    show(<Question title="Sure?" detail="It goes." yes="Yes" no="No" onYes={onYes} onNo={onNo} />);
    expect(screen.getByRole("dialog", { name: "Sure?" })).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "No" }));
    await userEvent.click(screen.getByRole("button", { name: "Yes" }));
    expect([onYes.mock.calls.length, onNo.mock.calls.length]).toEqual([1, 1]);
  });
});
