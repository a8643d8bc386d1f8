"""Every workflow there is: a worker must know all of them before it takes anything from the queues."""

from app.workflows.alternatives import alternatives_workflow
from app.workflows.analyze import analyze_workflow
from app.workflows.cleanup import cleanup_workflow
from app.workflows.export_clips import export_workflow
from app.workflows.generate import generate_workflow
from app.workflows.import_files import import_files_workflow
from app.workflows.make_clips import make_workflow
from app.workflows.mute_voice import mute_voice_workflow
from app.workflows.prepare import prepare_workflow
from app.workflows.receive import receive_workflow
from app.workflows.render_clip import render_workflow
from app.workflows.revoice import revoice_workflow
from app.workflows.sent import analyze_sent_workflow, hear_sent_workflow, mute_sent_workflow, tts_workflow
from app.workflows.speak import speak_workflow

WORKFLOWS = (
    alternatives_workflow,
    analyze_sent_workflow,
    analyze_workflow,
    cleanup_workflow,
    export_workflow,
    generate_workflow,
    hear_sent_workflow,
    import_files_workflow,
    make_workflow,
    mute_sent_workflow,
    mute_voice_workflow,
    prepare_workflow,
    receive_workflow,
    render_workflow,
    revoice_workflow,
    speak_workflow,
    tts_workflow,
)
