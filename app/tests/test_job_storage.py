# test_job_storage.py

import pytest
from app.services.job_storage import JobStorage, get_job_storage
from datetime import datetime

def test_create_job():
    storage = get_job_storage()
    job = {
        "job_id": "test_123",
        "job_type": "video_processing",
        "status": "pending",
        "progress": "Queued"
    }
    created = storage.create_job(job)
    assert created["job_id"] == "test_123"

def test_get_job():
    storage = get_job_storage()
    job = storage.get_job("test_123")
    assert job is not None
    assert job["status"] == "pending"

def test_update_job():
    storage = get_job_storage()
    updated = storage.update_job("test_123", {"status": "processing"})
    assert updated["status"] == "processing"

def test_list_jobs():
    storage = get_job_storage()
    jobs = storage.list_jobs(status="pending", limit=10)
    assert isinstance(jobs, list)

def test_delete_job():
    storage = get_job_storage()
    result = storage.delete_job("test_123")
    assert result is True

def test_fallback_to_memory():
    # Test când Supabase e indisponibil
    storage = JobStorage()
    storage._supabase = None  # Simulează disconnect
    job = {"job_id": "mem_123", "status": "pending"}
    created = storage.create_job(job)
    assert created["job_id"] == "mem_123"
