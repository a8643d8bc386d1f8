"""PySceneDetect's content detector with its defaults: prints the frames at which shots begin, and the wall seconds."""

import json
import sys
import time

from scenedetect import ContentDetector, SceneManager, open_video  # type: ignore[import-not-found,unused-ignore]

if __name__ == "__main__":
    told = json.loads(sys.argv[1])
    began = time.perf_counter()
    manager = SceneManager()
    manager.add_detector(ContentDetector())
    manager.detect_scenes(open_video(told["path"]))
    scenes = manager.get_scene_list()
    seconds = time.perf_counter() - began
    sys.stdout.write(json.dumps({"frames": [s[0].frame_num for s in scenes[1:]], "wall": seconds}) + "\n")
