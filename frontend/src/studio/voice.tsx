import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { ApiProblem } from "../api/problems";
import { useSpeech } from "../i18n/language";
import { Button } from "../ui/button";
import { Choice } from "../ui/choice";
import { Question } from "../ui/dialog";
import { Refusal } from "../ui/notice";
import { sampleOf, voiceGroups, voiceLine, voicesQuery } from "./voices";

/** The voice that speaks: chosen by the script's language while nobody says otherwise, or one that was listened to. */
export function VoiceChoice({ voice, onChange }: { voice: string | null; onChange: (voice: string | null) => void }) {
  const speech = useSpeech();
  const { t, language } = speech;
  const found = useQuery(voicesQuery);
  const groups = useMemo(() => voiceGroups(found.data ?? [], language), [found.data, language]);
  return (
    <div className="space-y-2">
      <Choice label={t("make.voice")}>
        {(tied) => (
        <select
          {...tied}
          className="field"
          value={voice ?? ""}
          onChange={(event) => {
            onChange(event.target.value || null);
          }}
        >
          <option value="">{t("make.voice.auto")}</option>
          {groups.map((group) => (
            <optgroup key={group.language} label={group.title}>
              {group.voices.map((one) => (
                <option key={one.id} value={one.id}>
                  {voiceLine(one, speech)}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
        )}
      </Choice>
      {voice !== null && <Listen key={voice} voice={voice} />}
      <Refusal error={found.error} />
    </div>
  );
}

/** Plays a sentence in a voice; asks before it costs anything. */
function Listen({ voice }: { voice: string }) {
  const { t } = useSpeech();
  const [isAsking, setAsking] = useState(false);
  const { play, stop, isPlaying } = usePlayer();
  const sample = useMutation({
    mutationFn: (pay: boolean) => sampleOf(voice, pay),
    onSuccess: play,
    onError: (error) => {
      if (costs(error)) setAsking(true);
    },
  });
  return (
    <>
      <Button
        icon={isPlaying ? "stop" : "play"}
        disabled={sample.isPending}
        onClick={() => {
          if (isPlaying) stop();
          else sample.mutate(false);
        }}
      >
        {t(sample.isPending ? "make.listening" : isPlaying ? "make.quiet" : "make.listen")}
      </Button>
      {isAsking && (
        <Question
          title={t("make.pay.title")}
          detail={t("make.pay.detail")}
          yes={t("make.pay.yes")}
          no={t("make.pay.no")}
          onYes={() => {
            setAsking(false);
            sample.mutate(true);
          }}
          onNo={() => {
            setAsking(false);
          }}
        />
      )}
      {!costs(sample.error) && <Refusal error={sample.error} />}
    </>
  );
}

function costs(error: unknown): boolean {
  return error instanceof ApiProblem && error.code === "sample_costs";
}

/** One sound at a time; it ends with whatever shows it. */
function usePlayer() {
  const current = useRef<{ sound: HTMLAudioElement; address: string }>(null);
  const [isPlaying, setPlaying] = useState(false);
  const stop = () => {
    if (current.current === null) return;
    current.current.sound.pause();
    URL.revokeObjectURL(current.current.address);
    current.current = null;
    setPlaying(false);
  };
  const play = async (blob: Blob) => {
    stop();
    const address = URL.createObjectURL(blob);
    const sound = new Audio(address);
    current.current = { sound, address };
    sound.addEventListener("ended", stop);
    setPlaying(true);
    await sound.play();
  };
  useEffect(
    () => () => {
      current.current?.sound.pause();
      if (current.current) URL.revokeObjectURL(current.current.address);
    },
    [],
  );
  return { play, stop, isPlaying };
}
