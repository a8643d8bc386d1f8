import { defaultOptions, DetailedError, Upload, type PreviousUpload, type UploadOptions } from "tus-js-client";
import { answer, LIBRARY, proof } from "../api/client";
import { getUpload, type UploadStatus } from "../api/generated";
import { ApiProblem, problemFrom } from "../api/problems";

export type SendingState = "waiting" | "sending" | "checking" | "failed";

/** A file on its way into a project. `sent` and `size` are bytes. */
export interface Sending {
  key: string;
  projectId: string;
  name: string;
  size: number;
  sent: number;
  state: SendingState;
  /** Whether the connection is lost just now: it goes on by itself. */
  isInterrupted: boolean;
  problem?: ApiProblem | undefined;
}

/** A file that was not wholly sent before the page was closed: its bytes are the browser's only when it is chosen again. */
export interface Unfinished {
  key: string;
  name: string;
}

const AT_ONCE = 2;
const WAITS = [500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000, 30_000, 30_000, 60_000];
const LOOK_MS = 500;

/** Names a file and where it goes: the same file may be wanted in two projects, and each upload goes into one. */
export function keyOf(file: File, projectId: string): string {
  return ["edit-factory", projectId, file.name, String(file.size), String(file.lastModified)].join("/");
}

/**
 * All files on their way, two at a time; they go on while other views are shown. What the network or the server
 * interrupts goes on where it was, and so does a file that is given again after the page was closed.
 */
export class Uploads {
  private all: readonly Sending[] = [];
  private readonly files = new Map<string, File>();
  private readonly running = new Map<string, Upload>();
  private readonly listeners = new Set<() => void>();

  /** `onArrival` is called when a file has become part of its project. */
  constructor(private readonly onArrival: (projectId: string) => void) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = (): readonly Sending[] => this.all;

  add(projectId: string, files: Iterable<File>): void {
    for (const file of files) {
      const key = keyOf(file, projectId);
      if (this.find(key) && this.find(key)?.state !== "failed") continue;
      this.files.set(key, file);
      const sending: Sending = {
        key,
        projectId,
        name: file.name,
        size: file.size,
        sent: 0,
        state: "waiting",
        isInterrupted: false,
      };
      this.show([...this.all.filter((one) => one.key !== key), sending]);
    }
    this.begin();
  }

  /** Stop sending a file and forget it; what the server has of it is removed there. */
  stop(key: string): void {
    const upload = this.running.get(key);
    void upload?.abort(true).catch(() => undefined); // what cannot be removed now, the server gives up in a day
    this.forget(key);
    this.begin();
  }

  again(key: string): void {
    const [sending, file] = [this.find(key), this.files.get(key)];
    if (sending && file) this.add(sending.projectId, [file]);
  }

  private find(key: string): Sending | undefined {
    return this.all.find((one) => one.key === key);
  }

  private begin(): void {
    const next = this.all.filter((one) => one.state === "waiting").slice(0, Math.max(0, AT_ONCE - this.running.size));
    for (const { key, projectId } of next) {
      const file = this.files.get(key);
      if (file) void this.send(key, projectId, file);
    }
  }

  private async send(key: string, projectId: string, file: File): Promise<void> {
    const upload = new Upload(file, this.options(key, projectId, file));
    this.running.set(key, upload);
    this.change(key, { state: "sending" });
    const before = await upload.findPreviousUploads().catch((): PreviousUpload[] => []);
    if (this.running.get(key) !== upload) return; // it was stopped meanwhile
    if (before[0]) upload.resumeFromPreviousUpload(before[0]);
    upload.start();
  }

  private options(key: string, projectId: string, file: File): UploadOptions {
    return {
      endpoint: `${LIBRARY}/uploads/tus`,
      metadata: { filename: file.name, filetype: file.type || "application/octet-stream", project_id: projectId },
      fingerprint: () => Promise.resolve(key),
      removeFingerprintOnSuccess: true,
      retryDelays: WAITS,
      onBeforeRequest: (request) => {
        for (const [name, value] of Object.entries(proof(document.cookie))) request.setHeader(name, value);
      },
      onProgress: (sent) => {
        this.change(key, { sent, isInterrupted: false });
      },
      onShouldRetry: (error) => {
        const status = error instanceof DetailedError ? error.originalResponse?.getStatus() : undefined;
        const passes = status === undefined || status >= 500 || [409, 423, 429].includes(status);
        this.change(key, { isInterrupted: passes });
        return passes && status !== 507;
      },
      onError: (error) => {
        this.end(key, { state: "failed", problem: problemOf(error) });
      },
      onSuccess: () => {
        void this.check(key, this.running.get(key)?.url ?? "");
      },
    };
  }

  /** Wait until the server has looked at what was sent. */
  private async check(key: string, url: string): Promise<void> {
    this.end(key, { state: "checking", isInterrupted: false });
    const id = decodeURIComponent(url.split("/").at(-1) ?? "");
    try {
      let found: UploadStatus;
      do {
        found = await answer(getUpload({ path: { upload_id: id }, throwOnError: true }));
        if (found.state !== "done" && found.state !== "failed") await pause(LOOK_MS);
      } while (found.state !== "done" && found.state !== "failed");
      if (found.state === "failed") this.end(key, { state: "failed", problem: refused(found) });
      else this.arrived(key);
    } catch (error) {
      this.end(key, { state: "failed", problem: problemOf(error) });
    }
  }

  private arrived(key: string): void {
    const sending = this.find(key);
    this.forget(key);
    if (sending) this.onArrival(sending.projectId);
  }

  private end(key: string, changes: Partial<Sending>): void {
    this.running.delete(key);
    this.change(key, changes);
    this.begin();
  }

  private forget(key: string): void {
    this.running.delete(key);
    this.files.delete(key);
    this.show(this.all.filter((one) => one.key !== key));
  }

  private change(key: string, changes: Partial<Sending>): void {
    this.show(this.all.map((one) => (one.key === key ? { ...one, ...changes } : one)));
  }

  private show(all: readonly Sending[]): void {
    this.all = all;
    for (const listener of this.listeners) listener();
  }
}

/** Files of a project that were on their way when the page was closed, as far as the server still waits for them. */
export async function unfinishedOf(projectId: string, now: Date = new Date()): Promise<Unfinished[]> {
  const found = (await defaultOptions.urlStorage?.findAllUploads()) ?? [];
  const since = now.getTime() - 24 * 3600 * 1000;
  return found
    .filter((one) => one.metadata.project_id === projectId && new Date(one.creationTime).getTime() > since)
    .map((one) => ({ key: one.urlStorageKey, name: one.metadata.filename ?? "" }));
}

function refused(found: UploadStatus): ApiProblem {
  const { code, message, hint } = found.error ?? { code: "unknown", message: "", hint: "" };
  return new ApiProblem({ status: 422, code, detail: message, hint: hint ?? "" });
}

function problemOf(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (!(error instanceof DetailedError)) return problemFrom(null, 0);
  return problemFrom(error.originalResponse?.getBody() ?? "", error.originalResponse?.getStatus() ?? 0);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}
